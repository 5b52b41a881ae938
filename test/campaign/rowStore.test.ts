import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { compressed, encodeChunk } from '../../src/campaign/rowChunk.js';
import { type RejectedLayout, RowStore } from '../../src/campaign/rowStore.js';
import { UnreadableRowsError } from '../../src/campaign/unreadableCampaign.js';
import { Keyring } from '../../src/notification/keyring.js';
import { campaignKeys } from '../../src/redis/keys.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const prefix = freshPrefix();
const redis = new Redis(testRedisUrl());
const keys = campaignKeys(prefix).of('spring');

const OLD = 'old:the-secret-of-last-year';
const NEW = 'new:the-secret-of-this-year';
const storeWith = (secret: string) => new RowStore(redis, prefix, Keyring.parse(secret));
const store = storeWith(OLD);

const ROWS = [{ number: 2, row: { recipient: { email: 'dana@example.com', name: 'Dana' } } }];
const REJECTED = [{ number: 3, problems: [], cells: ['no address', 'Dana'] }];
const LAYOUT: RejectedLayout = { format: 'csv', header: ['email', 'name'], separator: ';' };

beforeEach(() => flushPrefix(prefix));
afterAll(async () => {
  await flushPrefix(prefix);
  await redis.quit();
});

/** As an import writes them, and makes them the campaign's own. */
async function imported(): Promise<void> {
  const staging = store.stage('spring', 'an-upload');
  staging.addRows(ROWS.map((row) => ({ ...row, own: ['VIP'], warning: 'phone' })));
  staging.addRejected(REJECTED, LAYOUT);
  await staging.flush();
  await redis.rename(keys.uploadedRows('an-upload'), keys.rows);
  await redis.rename(keys.uploadedRejected('an-upload'), keys.rejected);
}

async function everything(from: RowStore): Promise<unknown[]> {
  const rejected: unknown[] = [];
  for await (const page of from.rejected('spring')) rejected.push(...page);
  return [
    await from.read('spring', 0),
    await from.beside('spring', 0),
    await from.rejectedLayout('spring'),
    rejected,
  ];
}

const ALL = [ROWS, { own: [['VIP']], warnings: { 0: 'phone' } }, LAYOUT, REJECTED];

describe('the rows of a campaign', () => {
  test('are read as they were written, through a rotation too, and none of them lies open', async () => {
    await imported();
    expect(await everything(store)).toEqual(ALL);
    expect(await everything(storeWith(`${NEW},${OLD}`))).toEqual(ALL);
    for (const hash of [keys.rows, keys.rejected]) {
      for (const [field, bytes] of Object.entries(await redis.hgetallBuffer(hash))) {
        expect([field, bytes[0]]).toEqual([field, 0x07]);
      }
    }
  });

  test('that the version before has written open are read', async () => {
    await redis.hset(keys.rows, '0', await encodeChunk(ROWS));
    await redis.hset(keys.rows, 'beside:0', await compressed(ALL[1]));
    await redis.hset(keys.rejected, 'layout', await compressed(LAYOUT));
    await redis.hset(keys.rejected, '0', await compressed(REJECTED));
    expect(await everything(store)).toEqual(ALL);
  });

  test('whose key is missing are an error that names campaign and key, and stay as they are', async () => {
    await imported();
    const read = storeWith(NEW).read('spring', 0);
    await expect(read).rejects.toThrow(UnreadableRowsError);
    await expect(read).rejects.toThrow(/campaign spring .* key old/);
    expect(await store.read('spring', 0)).toEqual(ROWS);
  });

  test('of one campaign are not opened as those of another, nor one chunk as the next', async () => {
    await imported();
    await redis.copy(keys.rows, campaignKeys(prefix).of('summer').rows);
    await expect(store.read('summer', 0)).rejects.toThrow(UnreadableRowsError);
    const chunk = await redis.hgetBuffer(keys.rows, '0');
    await redis.hset(keys.rows, '1', chunk ?? '');
    await expect(store.read('spring', 1)).rejects.toThrow(UnreadableRowsError);
  });
});
