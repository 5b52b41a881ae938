import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Arrivals } from '../../../src/campaign/inbox/arrivals.js';

const PATIENCE = { settledAfterMs: 3_000, incompleteForMs: 60_000 };

let folder: string;
let arrivals: Arrivals;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inbox-'));
  arrivals = new Arrivals(folder, PATIENCE);
});

afterEach(() => rm(folder, { recursive: true }));

function put(name: string, content = 'email\n'): Promise<void> {
  return writeFile(join(folder, name), content);
}

async function completeAt(...looks: number[]): Promise<string[]> {
  let complete: string[] = [];
  for (const at of looks) {
    complete = (await arrivals.look(at)).complete.map(({ name }) => name);
  }
  return complete;
}

describe('a dropped file', () => {
  test('is complete once it and its sidecar have not changed for a while', async () => {
    await put('may.csv');
    await put('may.json', '{}');
    expect(await completeAt(0, 2_000)).toEqual([]);
    expect(await completeAt(4_000)).toEqual(['may.csv']);
  });

  test('is never complete at the first look, however late', async () => {
    await put('may.csv');
    await put('may.json', '{}');
    expect(await completeAt(1_000_000)).toEqual([]);
  });

  test('that still grows is waited for', async () => {
    await put('may.json', '{}');
    for (let at = 0; at < 20_000; at += 2_000) {
      await put('may.csv', 'x'.repeat(at + 1));
      expect(await completeAt(at)).toEqual([]);
    }
    expect(await completeAt(22_000, 24_000)).toEqual(['may.csv']);
  });

  test('waits for its sidecar, and in the end is complete without one', async () => {
    await put('may.csv');
    expect(await completeAt(0, 30_000, 59_000)).toEqual([]);
    expect(await completeAt(60_000)).toEqual(['may.csv']);
  });

  test('waits until its sidecar is complete, too', async () => {
    await put('may.csv');
    expect(await completeAt(0, 10_000)).toEqual([]);
    await put('may.json', '{}');
    expect(await completeAt(12_000, 14_000)).toEqual([]);
    expect(await completeAt(16_000)).toEqual(['may.csv']);
  });

  test('that is empty may still get its content', async () => {
    await put('may.csv', '');
    await put('may.json', '{}');
    expect(await completeAt(0, 10_000)).toEqual([]);
    expect(await completeAt(61_000)).toEqual(['may.csv']);
  });
});

test('a sidecar alone, unfinished files and the inbox’s own folders are nothing to pick up', async () => {
  await put('may.json', '{}');
  await put('june.csv.part');
  await put('.june.csv.Xw2');
  for (const own of ['processing', 'done', 'rejected']) await mkdir(join(folder, own));
  expect(await completeAt(0, 100_000)).toEqual([]);
  expect((await arrivals.look(101_000)).leftAlone).toEqual([]);
});

test('folders are left alone, and it is said why', async () => {
  await mkdir(join(folder, 'batch'));
  expect((await arrivals.look(0)).leftAlone).toEqual([
    { name: 'batch', because: expect.stringContaining('folders are not looked into') },
  ]);
});

test('a link is picked up, so that it can be refused where people look', async () => {
  await symlink('/etc/passwd', join(folder, 'may.csv'));
  expect(await completeAt(0, 61_000)).toEqual(['may.csv']);
});

test('a folder that is not there is an error with a code', async () => {
  const away = new Arrivals(join(folder, 'away'), PATIENCE);
  await expect(away.look(0)).rejects.toMatchObject({ code: 'ENOENT' });
});
