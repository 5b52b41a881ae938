import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { buildIfStale } from '../../scripts/build.mjs';
import { smallClone } from './clone.js';

const MAIN = '#!/usr/bin/env node\nexport const answer: number = 1;\n';
const roots: string[] = [];

function clone(): string {
  const root = smallClone(MAIN);
  roots.push(root);
  return root;
}

/** Answers whether a build was made. */
async function built(root: string): Promise<boolean> {
  const lines: string[] = [];
  await buildIfStale({ root, log: (line) => lines.push(line) });
  return lines.length > 0;
}

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

describe('a build', () => {
  test('has the compiled program, executable and with its shebang, and the Lua scripts', async () => {
    const root = clone();
    expect(await built(root)).toBe(true);
    const main = path.join(root, 'dist/main.js');
    expect(readFileSync(main, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(statSync(main).mode & 0o111).toBe(0o111);
    expect(statSync(path.join(root, 'dist')).mode & 0o777).toBe(0o755);
    expect(readFileSync(path.join(root, 'dist/queue/accept.lua'), 'utf8')).toBe('return 1');
    expect(existsSync(path.join(root, 'dist/main.d.ts'))).toBe(true);
  });

  test('is not made again while nothing changed, whatever the times of the files', async () => {
    const root = clone();
    await built(root);
    const tomorrow = new Date(Date.now() + 86_400_000);
    utimesSync(path.join(root, 'src/main.ts'), tomorrow, tomorrow);
    expect(await built(root)).toBe(false);
  });

  test.each([
    ['a source', 'src/main.ts', `${MAIN}export const other = 2;\n`],
    ['a Lua script', 'src/queue/accept.lua', 'return 2'],
    ['a new file', 'src/new.ts', 'export const added = 1;\n'],
    [
      'the compiler settings',
      'tsconfig.build.json',
      '{"extends":"./tsconfig.json","compilerOptions":{"rootDir":"."},"include":["src"]}',
    ],
  ])('is made again after a change of %s', async (_what, file, text) => {
    const root = clone();
    await built(root);
    writeFileSync(path.join(root, file), text);
    expect(await built(root)).toBe(true);
    expect(await built(root)).toBe(false);
  });

  test('is without what a removed source had left in it', async () => {
    const root = clone();
    writeFileSync(path.join(root, 'src/old.ts'), 'export const old = 1;\n');
    await built(root);
    rmSync(path.join(root, 'src/old.ts'));
    await built(root);
    expect(existsSync(path.join(root, 'dist/old.js'))).toBe(false);
  });

  test('that fails names the file and the line, and leaves the last good one in place', async () => {
    const root = clone();
    await built(root);
    writeFileSync(path.join(root, 'src/main.ts'), 'export const answer: number = "one";\n');
    await expect(built(root)).rejects.toThrow(/src\/main\.ts\(1,14\)/);
    expect(readFileSync(path.join(root, 'dist/main.js'), 'utf8')).toContain('answer = 1');
    expect(readdirSync(root).filter((name) => name.startsWith('dist.'))).toEqual([]);
  });

  test('is made by one of several that ask for it at once; the others wait', async () => {
    const root = clone();
    const made = await Promise.all([built(root), built(root), built(root)]);
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(existsSync(path.join(root, 'dist/main.js'))).toBe(true);
  });

  test('clears away what a killed build had left', async () => {
    const root = clone();
    cpLeftover(root);
    await built(root);
    expect(readdirSync(root).filter((name) => name.startsWith('dist.'))).toEqual([]);
  });
});

function cpLeftover(root: string): void {
  writeFileSync(path.join(root, 'dist.new-abc123'), '');
}
