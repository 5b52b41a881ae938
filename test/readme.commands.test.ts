import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { startApi } from '../src/roles/apiRole.js';
import type { RunningRole } from '../src/roles/role.js';
import { type Deployment, deploy } from './support/deployment.js';
import { productMain } from './support/product.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const STAND_IN = fileURLToPath(new URL('./support/curl.mjs', import.meta.url));

/** Whatever is wrong with the answer ends the command; where there is no curl, a stand-in answers. */
const CURL = `if command -v curl >/dev/null; then
  curl() { command curl -sS --fail-with-body "$@"; }
else
  curl() { "${process.execPath}" "${STAND_IN}" "$@"; }
fi`;

/** `npm start -- …` without the wrapper, which would build. */
const npm = () => `npm() { shift 2; "${process.execPath}" "${productMain()}" "$@"; }`;

let deployment: Deployment;
let folder: string;
let api: RunningRole & { url: string };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'readme-'));
  writeFileSync(join(folder, 'rows.csv'), exampleRows());
  deployment = await deploy();
  api = await startApi(deployment.config({ API_PORT: '0' }), pino({ level: 'silent' }));
  await deployment.startWorker();
});

afterAll(async () => {
  await api?.stop();
  await deployment?.stop();
  rmSync(folder, { recursive: true });
});

/** The file that the README shows. */
function exampleRows(): string {
  const [, rows] = /^```csv\n([\s\S]*?)^```/m.exec(readme) ?? [];
  if (rows === undefined) throw new Error('the README shows no rows');
  return rows;
}

/** The command lines of the README that begin so, in their order, those over several lines as one. */
function commandLines(start: RegExp): string[] {
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.replace(/\\\n\s*/g, '').split('\n'))
    .filter((line) => start.test(line));
}

function execute(line: string): Promise<{ code: number; output: string }> {
  const here = line
    .replaceAll('http://127.0.0.1:3000', api.url)
    .replaceAll('http://127.0.0.1:8080', deployment.sandbox.url);
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, ...deployment.env } };
    execFile('sh', ['-c', `${CURL}\n${npm()}\n${here}`], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 1);
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

test('every curl line of the README works as it stands, in its order', async () => {
  const lines = commandLines(/^curl /);
  expect(lines.length).toBeGreaterThanOrEqual(5);
  const outputs: string[] = [];
  for (const line of lines) {
    // What came before may still be on its way to the customer.
    if (line.includes('deliveries')) while (deployment.deliveries() === 0) await pause(20);
    const { code, output } = await execute(line);
    expect({ line, code, output }).toEqual({ line, code: 0, output });
    outputs.push(output);
  }
  const all = outputs.join('\n');
  expect(all).toMatch(/HTTP\/1\.1 202/);
  expect(all).toContain('Dana Whitfield');
  expect(all).toContain('"openapi":"3.1');
});

test('every line of the README with the doctor or templates works as it stands', async () => {
  const lines = commandLines(/^npm start -- (doctor|templates)\b/);
  expect(lines.length).toBeGreaterThanOrEqual(5);
  for (const line of lines) {
    const { code, output } = await execute(line);
    expect({ line, code, output }).toEqual({ line, code: 0, output });
  }
  expect(existsSync(join(folder, 'preview.html'))).toBe(true);
}, 120_000);

test('every line of the README with campaigns works as it stands, in its order', async () => {
  const lines = commandLines(/^npm start -- campaign\b/);
  expect(lines.length).toBeGreaterThanOrEqual(8);
  const { operations } = deployment.producer;
  // So that it has not ended before it can be paused.
  await operations.pause({ reason: 'a test' });
  for (const line of lines) {
    const { code, output } = await execute(line);
    expect({ line, code, output }).toEqual({ line, code: 0, output });
    if (line.includes('campaign resume')) await operations.resume();
  }
  const results = readFileSync(join(folder, 'results.csv'), 'utf8');
  expect(results.match(/,(sent|delivered),(web|email),/g)?.length).toBe(3);
  expect(readFileSync(join(folder, 'rejected.csv'), 'utf8')).toContain('nowhere');
}, 120_000);
