import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-chaos-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function chaos(...args: string[]) {
  return run(process.execPath, [path.join(root, 'scripts/chaos.mjs'), ...args]);
}

describe('npm run chaos', () => {
  test('strikes a deployment, judges it by the record of the sandbox, and prints a table', async () => {
    const file = path.join(folder, 'chaos.json');
    const size = ['--notifications', '60', '--workers', '1', '--seed', '4'];
    const options = [...size, '--unknown', 'hold', '--json', file];
    const { stdout } = await chaos('--faults', 'answer-then-drop', ...options);
    expect(stdout).toMatch(/^\| answer-then-drop \| 60 +\| 0 +\| 0 +\| 0 +\| \d+ /m);

    const { outcomes } = JSON.parse(readFileSync(file, 'utf8'));
    const [{ name, verdict }] = outcomes;
    expect(name).toBe('answer-then-drop');
    expect(verdict).toMatchObject({ accepted: 60, findings: [] });
    // One send in ten was cut off, and what became of it cannot be known at once.
    expect(verdict.unknown).toBeGreaterThan(0);
  });

  test('knows its faults by name, and each of them stands in docs/reliability.md', async () => {
    const failed = await chaos('--faults', 'flood').catch(
      (error: { code: number; stderr: string }) => error,
    );
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('no fault flood') });
    const page = readFileSync(path.join(root, 'docs/reliability.md'), 'utf8');
    const names = readdirSync(path.join(root, 'chaos/faults')).map((file) =>
      path.basename(file, '.ts'),
    );
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
