import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Campaign } from '../../src/campaign/campaign.js';
import { cancel, start } from '../../src/campaign/lifecycle.js';
import { csvOf } from './support/files.js';
import { Importing } from './support/importing.js';

const importing = new Importing();
beforeAll(() => importing.open());
afterAll(() => importing.close());

/** A file whose rest comes when the test says so. */
function heldBack(): { source: PassThrough; begun: Promise<void>; onProgress: () => void } {
  const source = new PassThrough();
  source.write(csvOf(600));
  let onProgress = () => {};
  const begun = new Promise<void>((resolve) => {
    onProgress = resolve;
  });
  return { source, begun, onProgress };
}

const stateOf = async ({ id }: { id: string }) => (await importing.campaigns.get(id))?.state;

/** How it stands with its upload, after so many milliseconds. */
async function statusOf({ id }: { id: string }, later = 0) {
  const campaign = await importing.campaigns.get(id);
  if (campaign === undefined) throw new Error('it is gone');
  return importing.campaigns.uploads.status(campaign, importing.campaigns.clock.now() + later);
}

/** For how long what was uploaded so far is kept (ms), once there is something. */
async function untilStaged(campaign: Campaign): Promise<number> {
  const { record } = importing.campaigns.keys.of(campaign.id);
  for (;;) {
    const [, staged] = await importing.keysOf(campaign);
    if (staged !== undefined) return importing.redis.pttl(`${record}${staged}`);
  }
}

describe('an upload', () => {
  test('that is repeated takes the place of the one before', async () => {
    const campaign = await importing.campaign();
    await importing.import(campaign, csvOf(1_100));
    await importing.import(campaign, 'email\nnobody\nada@example.com\n');
    expect(await importing.stored(campaign)).toHaveLength(1);
    expect(await importing.rejected(campaign)).toHaveLength(1);
    expect((await importing.campaigns.counts(campaign.id)).waiting).toBe(1);
    await importing.import(campaign, 'email\nben@example.com\n');
    expect(await importing.rejected(campaign)).toEqual([]);
    expect(await importing.keysOf(campaign)).toEqual(['', ':counts', ':rows']);
  });

  test('that fails leaves the rows that were there', async () => {
    const campaign = await importing.campaign();
    await importing.import(campaign, 'email\nada@example.com\n');
    const failed = await importing.import(campaign, `${csvOf(900)}"`);
    expect(failed).toMatchObject({ kind: 'unusable' });
    expect(await importing.stored(campaign)).toHaveLength(1);
    expect(await stateOf(campaign)).toBe('ready');
    expect(await importing.keysOf(campaign)).toEqual(['', ':counts', ':rows']);
  });

  test('keeps the campaign from starting until all of it is there', async () => {
    const campaign = await importing.campaign();
    await importing.import(campaign, 'email\nada@example.com\n');
    const { source, begun, onProgress } = heldBack();
    const result = importing.import(campaign, source, { onProgress });
    await begun;
    const startNow = () =>
      importing.campaigns.change(campaign.id, (c) => start(c, { templateHash: 'h' }, Date.now()));
    expect(await startNow()).toMatchObject({ kind: 'refused', state: 'importing' });
    source.end('last@example.com\n');
    expect(await result).toMatchObject({ kind: 'imported', summary: { rows: 601 } });
    expect(await startNow()).toMatchObject({ kind: 'done' });
  });

  test('whose connection is lost changes nothing, and can be repeated', async () => {
    const campaign = await importing.campaign();
    const { source, begun, onProgress } = heldBack();
    const result = importing.import(campaign, source, { onProgress });
    await begun;
    source.destroy(new Error('aborted'));
    expect(await result).toEqual({ kind: 'broken_off' });
    expect(await stateOf(campaign)).toBe('importing');
    expect(await statusOf(campaign)).toMatchObject({ state: 'broken_off' });
    expect(await importing.keysOf(campaign)).toEqual(['']);
    expect(await importing.import(campaign, csvOf(600))).toMatchObject({ summary: { rows: 600 } });
  });

  test('that ends without its end is as one whose connection is lost', async () => {
    const { source, begun, onProgress } = heldBack();
    const result = importing.import(await importing.campaign(), source, { onProgress });
    await begun;
    source.destroy();
    expect(await result).toEqual({ kind: 'broken_off' });
  });

  test('can be stopped, also while nothing comes', async () => {
    const campaign = await importing.campaign();
    const { source, begun, onProgress } = heldBack();
    const stopping = new AbortController();
    const { signal } = stopping;
    const result = importing.import(campaign, source, { onProgress, signal });
    await begun;
    stopping.abort();
    expect(await result).toEqual({ kind: 'broken_off' });
    expect(await importing.keysOf(campaign)).toEqual(['']);
    const untouched = Readable.from([csvOf(1)]);
    expect(await importing.import(campaign, untouched, { signal })).toMatchObject({
      kind: 'broken_off',
    });
  });

  test('says how far it has come, and counts as broken off once it says nothing any more', async () => {
    const campaign = await importing.campaign();
    const { source, begun, onProgress } = heldBack();
    const result = importing.import(campaign, source, { onProgress });
    await begun;
    const { upload } = importing.campaigns.keys.of(campaign.id);
    while ((await importing.redis.exists(upload)) === 0) await importing.redis.ping();
    expect(await statusOf(campaign)).toEqual({
      state: 'coming',
      since: expect.any(Number),
      rows: 600,
      bytes: csvOf(600).length,
    });
    expect(await statusOf(campaign, 61_000)).toMatchObject({ state: 'broken_off' });
    source.end();
    expect(await result).toMatchObject({ kind: 'imported' });
    expect(await statusOf(campaign)).toBeUndefined();
    expect(await importing.keysOf(campaign)).toEqual(['', ':counts', ':rows']);
  });

  test('of a process that dies leaves nothing that does not expire', async () => {
    const campaign = await importing.campaign();
    const { source, begun, onProgress } = heldBack();
    const result = importing.import(campaign, source, { onProgress });
    await begun;
    const expiresIn = await untilStaged(campaign);
    expect(expiresIn).toBeGreaterThan(3_500_000);
    expect(expiresIn).toBeLessThanOrEqual(3_600_000);
    source.destroy();
    await result;
  });

  test('is superseded by a later one, which has the campaign to itself', async () => {
    const campaign = await importing.campaign();
    const { source, begun, onProgress } = heldBack();
    const first = importing.import(campaign, source, { onProgress });
    await begun;
    const second = await importing.import(campaign, 'email\nada@example.com\n');
    expect(second.kind).toBe('imported');
    source.end();
    expect(await first).toEqual({ kind: 'superseded' });
    expect(await importing.stored(campaign)).toHaveLength(1);
    expect(await importing.keysOf(campaign)).toEqual(['', ':counts', ':rows']);
  });

  test('that was superseded finds out while it still has rows to send', async () => {
    const campaign = await importing.campaign();
    const { source, begun, onProgress } = heldBack();
    const first = importing.import(campaign, source, { onProgress });
    await begun;
    await importing.import(campaign, 'email\nada@example.com\n');
    let batch = 0;
    const sending = setInterval(() => {
      batch += 1;
      if (batch === 100) source.end();
      else source.write(csvOf(500).replaceAll('@', `.${batch}@`).replace('email\n', ''));
    }, 50);
    expect(await first).toEqual({ kind: 'superseded' });
    clearInterval(sending);
    expect(batch).toBeLessThan(100);
    source.destroy();
  });

  test('to a campaign that was cancelled meanwhile is over', async () => {
    const campaign = await importing.campaign();
    const { source, begun, onProgress } = heldBack();
    const result = importing.import(campaign, source, { onProgress });
    await begun;
    await importing.campaigns.change(campaign.id, (c) => cancel(c, {}, Date.now()));
    source.end();
    expect(await result).toEqual({ kind: 'superseded' });
    expect(await stateOf(campaign)).toBe('cancelled');
  });

  test('to a campaign that was started is refused before a byte is read', async () => {
    const campaign = await importing.campaign();
    await importing.import(campaign, csvOf(1));
    await importing.campaigns.change(campaign.id, (c) =>
      start(c, { templateHash: 'h' }, Date.now()),
    );
    const running = await importing.campaigns.get(campaign.id);
    if (running === undefined) throw new Error('it is gone');
    const source = new Readable({
      read() {
        throw new Error('it was read');
      },
    });
    expect(await importing.import(running, source)).toMatchObject({
      kind: 'refused',
      state: 'running',
    });
    // An import that has read the campaign before the start is refused, too.
    expect(await importing.import(campaign, csvOf(3))).toMatchObject({ kind: 'refused' });
    expect(await importing.stored(campaign)).toHaveLength(1);
  });

  test('leaves closing the source to the code that opened it', async () => {
    const source = new PassThrough();
    source.write('name\n'.concat('Ada\n'.repeat(2_000)));
    expect(await importing.import(await importing.campaign(), source)).toMatchObject({
      kind: 'unusable',
    });
    expect(source.destroyed).toBe(false);
    source.destroy();
  });
});
