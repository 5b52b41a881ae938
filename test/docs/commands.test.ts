import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type RunningRole, startApi } from '../../src/app/apiApp.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { codeBlocks, commandLines, PAGES, pageAt, quotedTexts } from '../support/pages.js';
import { productMain } from '../support/product.js';

const STAND_IN = fileURLToPath(new URL('../support/curl.mjs', import.meta.url));

/** Any error in the answer ends the command; where there is no curl, a stand-in answers. */
const CURL = `if command -v curl >/dev/null; then
  curl() { command curl -sS --fail-with-body "$@"; }
else
  curl() { "${process.execPath}" "${STAND_IN}" "$@"; }
fi`;

/** `npm start -- …` without the wrapper, which would build. */
const npm = () => `npm() { shift 2; "${process.execPath}" "${productMain()}" "$@"; }`;

/** Lines that other tests cover, or that need another machine: scripts, roles, Docker, settings. */
const NOT_HERE =
  /^(npm (install|test|run|pack)\b|npm start -- (sandbox|all)\b|node --env-file|ENV_FILE|docker |cp |export )/;
/** A line with something to fill in; its names are checked in reference.test.ts. */
const TO_FILL_IN = /\bID\b/;

const isExecuted = (line: string) => !NOT_HERE.test(line) && !TO_FILL_IN.test(line);
const pages = PAGES.filter((page) => commandLines(page).some(isExecuted)).map(({ path }) => path);

let deployment: Deployment;
let folder: string;
let api: RunningRole & { url: string };

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

/** Executes the command lines of a page in their order. Each has to end well; returns what they print. */
async function executeAll(path: string): Promise<string> {
  const { operations } = deployment.producer;
  const outputs: string[] = [];
  for (const line of commandLines(pageAt(path)).filter(isExecuted)) {
    expect([path, line]).toEqual([path, expect.stringMatching(/^(curl|npm start --) /)]);
    // What came before may still be on its way to the customer.
    if (line.includes('deliveries')) while (deployment.deliveries() === 0) await pause(20);
    // So that it has not ended before it can be paused.
    if (line.includes('campaign start')) await operations.pause({ reason: 'a test' });
    const { code, output } = await execute(line);
    expect({ line, code, output }).toEqual({ line, code: 0, output });
    if (line.includes('campaign resume')) await operations.resume();
    outputs.push(output);
  }
  return outputs.join('\n');
}

/** What is on a page besides, once its commands have been executed. */
const ALSO: Record<string, (output: string) => void> = {
  'README.md': (output) => {
    expect(output).toMatch(/HTTP\/1\.1 202/);
    expect(output).toContain('Dana Whitfield');
  },
  'docs/sending.md': (output) => expect(output).toContain('"openapi":"3.1'),
  'docs/templates.md': () => expect(existsSync(join(folder, 'preview.html'))).toBe(true),
  'docs/campaigns.md': () => {
    const results = readFileSync(join(folder, 'results.csv'), 'utf8');
    expect(results.match(/,(sent|delivered),(web|email),/g)?.length).toBe(3);
    expect(readFileSync(join(folder, 'rejected.csv'), 'utf8')).toContain('nowhere');
  },
};

test('every page that is to have command lines has some', () => {
  expect(pages).toEqual(expect.arrayContaining(Object.keys(ALSO)));
  const lines = pages.flatMap((path) => commandLines(pageAt(path)).filter(isExecuted));
  expect(lines.length).toBeGreaterThan(25);
});

describe('with a deployment', () => {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pages-'));
    writeFileSync(
      join(folder, 'rows.csv'),
      codeBlocks(pageAt('docs/campaigns.md'), 'csv').join(''),
    );
    deployment = await deploy();
    api = await startApi(deployment.config({ API_PORT: '0' }), pino({ level: 'silent' }));
    await deployment.startWorker();
  });

  afterEach(async () => {
    await api?.stop();
    await deployment?.stop();
    rmSync(folder, { recursive: true });
  });

  test.each(pages)(
    'every command line of %s works as it stands, in its order',
    async (path) => {
      ALSO[path]?.(await executeAll(path));
    },
    // A page has up to fifteen commands, each a process of its own.
    300_000,
  );

  test('the pages name only routes that the OpenAPI document has', async () => {
    const answer = await fetch(`${api.url}/openapi.json`);
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> };
    const named = PAGES.flatMap((page) =>
      quotedTexts(page).flatMap((text) => {
        const [, method, path] = /^(GET|POST|PUT|PATCH|DELETE) (\/v1\/[^\s?]+)/.exec(text) ?? [];
        if (method === undefined || path === undefined) return [];
        return [
          { page: page.path, method: method.toLowerCase(), path: path.replace(/:(\w+)/g, '{$1}') },
        ];
      }),
    );
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter(({ method, path }) => paths[path]?.[method] === undefined)).toEqual([]);
  });
});
