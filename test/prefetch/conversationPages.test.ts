import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { conversationsSince } from '../../src/prefetch/conversationNews.js';
import type { PrefetchTask } from '../../src/prefetch/prefetchTask.js';
import { pagesOf } from '../genesys/support/movingPages.js';
import { type Platform, startPlatform } from '../genesys/support/platform.js';
import { LANE, openClient } from '../pipeline/support/sandboxClient.js';

let platform: Platform;
let client: GenesysClient;

beforeAll(async () => {
  platform = await startPlatform();
  client = await openClient(platform.url);
});
afterAll(async () => {
  await client.close();
  await platform.close();
});

/** What is prefetched for, as far as a look for news asks. */
const task = () =>
  ({ tools: { client }, options: LANE, isRefused: () => false }) as unknown as PrefetchTask;

const NOW = Date.now();
const conversations = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    conversationId: `conversation-${n}`,
    conversationStart: new Date(NOW - n * 1_000).toISOString(),
  }));
const period = { since: NOW - 3_600_000, now: NOW + 1_000 };

test('news that moved onto a page that was read is not missed', async () => {
  const known = conversations(101);
  let read = 0;
  platform.handler = pagesOf(known, () => {
    if (read === 0) known.shift();
    read += 1;
  });
  const news = await conversationsSince(task(), period);
  const ids = news.kind === 'all' ? news.conversations.map((one) => one.conversationId) : [];
  expect(ids).toContain('conversation-100');
});

test('news whose pages move again and again counts as too much to look through', async () => {
  const known = conversations(1_000);
  platform.handler = pagesOf(known, () => known.splice(0, 1));
  expect(await conversationsSince(task(), period)).toEqual({ kind: 'incomplete' });
});
