import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import type { LookTarget } from '../../src/reconcile/lookTarget.js';
import { searchSent } from '../../src/reconcile/sentConversations.js';
import { pagesOf } from '../genesys/support/movingPages.js';
import { type Platform, startPlatform } from '../genesys/support/platform.js';
import { LANE, openClient } from '../pipeline/support/sandboxClient.js';

const TARGET = {
  id: 'n-1',
  leg: { channel: 'web', intentAt: Date.now() },
  addresses: ['contact-1'],
  isSure: true,
} as unknown as LookTarget;

describe('the search for sent messages, while the pages of the platform move', () => {
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
  beforeEach(() => {
    platform.requests.length = 0;
  });

  const conversations = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      conversationId: `conversation-${n}`,
      conversationStart: new Date(Date.now() - 3_600_000 + n * 1_000).toISOString(),
    }));

  test('misses nothing that moved onto a page that was read', async () => {
    const known = conversations(101);
    let read = 0;
    platform.handler = pagesOf(known, () => {
      if (read === 0) known.shift();
      read += 1;
    });
    const end = await searchSent(client, 'web', [TARGET], Date.now(), LANE);
    expect(end.kind).toBe('answered');
    const ids = end.kind === 'answered' && end.conversations.map((one) => one.conversationId);
    expect(ids).toContain('conversation-100');
  });

  test('is not complete where they move again and again, so that nothing counts as not there', async () => {
    const known = conversations(1_000);
    platform.handler = pagesOf(known, () => known.splice(0, 1));
    const end = await searchSent(client, 'web', [TARGET], Date.now(), LANE);
    expect(end.kind).toBe('incomplete');
    expect(platform.requests.length).toBeLessThanOrEqual(20);
  });
});
