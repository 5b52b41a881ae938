import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { productMain } from '../support/product.js';
import { Command } from './support/command.js';

const script = path.join(tmpdir(), `stop-on-signals-${process.pid}.mjs`);
let command: Command;

/** A process that serves, and whose stopping is what a test makes of it. */
function serve(stop: string, deadlineMs: number): Command {
  const module = pathToFileURL(path.join(path.dirname(productMain()), 'cli/signals.js'));
  writeFileSync(
    script,
    `import { stopOnSignals } from '${module}';
    const log = { info: (_, text) => console.log(text), error: (_, text) => console.log(text) };
    const serving = setInterval(() => {}, 1000);
    stopOnSignals(${stop}, log, ${deadlineMs});
    console.log('serving');`,
  );
  command = new Command([], {}, { program: script });
  return command;
}

beforeEach(() => rmSync(script, { force: true }));

afterEach(async () => {
  command.signal('SIGKILL');
  await command.end();
  rmSync(script, { force: true });
});

test('a process that cannot stop ends with 1 at its deadline', async () => {
  const hung = serve('() => new Promise(() => {})', 200);
  await hung.says(/serving/);
  hung.signal('SIGTERM');
  expect(await hung.end()).toBe(1);
  expect(hung.stdout).toContain('did not stop in time');
});

test('a process that stopped, but left something open, ends with 1 at its deadline', async () => {
  const leaky = serve('async () => {}', 200);
  await leaky.says(/serving/);
  leaky.signal('SIGTERM');
  expect(await leaky.end()).toBe(1);
});

test('a process that stops in time ends with 0, long before the deadline', async () => {
  const orderly = serve('async () => clearInterval(serving)', 60_000);
  await orderly.says(/serving/);
  orderly.signal('SIGTERM');
  expect(await orderly.end()).toBe(0);
});

test('a process whose stopping fails ends with 1', async () => {
  const broken = serve('async () => { throw new Error("no"); }', 60_000);
  await broken.says(/serving/);
  broken.signal('SIGTERM');
  expect(await broken.end()).toBe(1);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a second signal ends it at once: %s with %i', async (signal, code) => {
  const hung = serve('() => new Promise(() => {})', 60_000);
  await hung.says(/serving/);
  hung.signal('SIGTERM');
  await hung.says(/stopping/);
  hung.signal(signal);
  expect(await hung.end()).toBe(code);
});
