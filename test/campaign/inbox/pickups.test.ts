import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Pickups } from '../../../src/campaign/inbox/pickups.js';

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

test('a file is never lost between one who picks it up and one who takes over too early', async () => {
  for (let round = 0; round < 60; round += 1) {
    const inbox = await mkdtemp(join(tmpdir(), 'inbox-'));
    folders.push(inbox);
    await writeFile(join(inbox, 'may.csv'), 'rows');
    const pickups = new Pickups(inbox);
    const id = pickups.newId();
    const first = pickups.pickUp(id, 'may.csv').catch(() => undefined);
    for (let turns = 0; turns < round; turns += 1) await new Promise(setImmediate);
    await Promise.all([first, new Pickups(inbox).takeOver(id)]);
    const left = await readdir(inbox, { recursive: true });
    expect(left.filter((path) => path.endsWith('may.csv'))).toHaveLength(1);
  }
});
