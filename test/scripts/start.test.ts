import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { smallClone } from './clone.js';

const MAIN = `
export async function main(argv: string[]): Promise<void> {
  if (argv[2] === 'exit') process.exitCode = Number(argv[3]);
  if (argv[2] === 'wait') {
    const alive = setInterval(() => {}, 1000);
    process.once('SIGTERM', () => {
      clearInterval(alive);
      process.exitCode = 5;
      console.log(JSON.stringify('ended'));
    });
  }
  console.log(JSON.stringify({ pid: process.pid, entry: argv[1], args: argv.slice(2) }));
}
`;

let root: string;
let running: ChildProcess | undefined;

beforeEach(() => {
  root = smallClone(MAIN);
});

afterEach(() => {
  running?.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [path.join(root, 'scripts/start.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running = child;
  return child;
}

async function firstLine(child: ReturnType<typeof start>) {
  const [line] = await once(createInterface(child.stdout), 'line');
  return JSON.parse(line);
}

describe('npm start in a clone', () => {
  test('builds the product and hands it the arguments', async () => {
    const child = start('worker', '--once');
    const { entry, args } = await firstLine(child);
    expect(entry).toBe(path.join(root, 'dist/main.js'));
    expect(args).toEqual(['worker', '--once']);
  });

  test('exits with the exit code of the product', async () => {
    expect(await once(start('exit', '7'), 'exit')).toEqual([7, null]);
  });

  test('ends in good order when npm, which started it, gets a SIGTERM', async () => {
    const npm = spawn('npm', ['start', '--silent', '--', 'wait'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    running = npm;
    const lines = createInterface(npm.stdout)[Symbol.asyncIterator]();
    await lines.next();
    npm.kill('SIGTERM');
    expect((await lines.next()).value).toBe('"ended"');
    // The pipe ends when the last process that has it has gone, the product's own.
    expect((await lines.next()).done).toBe(true);
  });

  test('is the process that the product runs in, so signals reach it', async () => {
    const child = start('wait');
    expect((await firstLine(child)).pid).toBe(child.pid);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([5, null]);
  });
});
