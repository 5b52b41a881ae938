import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { DeliveryIndex } from '../../src/delivery/deliveryIndex.js';
import { DeliveryPoller } from '../../src/delivery/deliveryPoller.js';
import type {
  ConversationQuery,
  ConversationSummary,
} from '../../src/genesys/resources/conversations.js';
import { recordAnswer } from '../../src/notification/answer.js';
import { claim, startLeg } from '../../src/notification/attempt.js';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import { newRecord } from '../../src/notification/record.js';
import type { Channel } from '../../src/notification/state.js';
import { closeQueues, openQueues, type Queues } from '../../src/queue/jobs.js';
import { REQUEST } from '../support/notifications.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const MINUTE = 60_000;

describe('a question about many sent messages', () => {
  const redis = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
  let prefix: string;
  let ledger: Ledger;
  let index: DeliveryIndex;
  let queues: Queues;
  /** Conversations that were asked about, a list for each question. */
  let asked: string[][];
  /** What the platform's index knows. */
  let known: ConversationSummary[];

  beforeAll(() => redis.ping());
  afterAll(async () => {
    await redis.quit();
  });
  beforeEach(() => {
    prefix = freshPrefix();
    ledger = new Ledger(redis, prefix, Keyring.forDevelopment(), {
      ledgerMs: 3_000_000,
      requestMs: 1_000_000,
    });
    index = new DeliveryIndex(redis, ledger.keys);
    queues = openQueues(redis, prefix, () => undefined);
    asked = [];
    known = [];
  });
  afterEach(async () => {
    await closeQueues(queues);
    await flushPrefix(prefix);
  });

  /** A message that was sent so long ago (ms). */
  async function sent(id: string, age: number, checkAfterMs: number, channel: Channel = 'web') {
    const at = Date.now() - age;
    const record = newRecord(id, REQUEST, 'k1:hash', at);
    await ledger.accept([{ record, stored: { request: REQUEST, templateHash: 'h' } }]);
    await ledger.change(id, (found) => claim(found, 1, at));
    const intent = { fencingToken: 1, channel, sendWithinMs: 2_000 };
    const started = await ledger.change(id, (found) => startLeg(found, intent, at));
    if (started?.kind !== 'started') throw new Error('not started');
    const answer = {
      outcome: 'sent' as const,
      messageId: `m-${id}`,
      conversationId: `c-${id}`,
      deliveryCheckAt: at + checkAfterMs,
    };
    await ledger.change(id, (found) => recordAnswer(found, { leg: started.leg, answer }, at));
  }

  async function poll(checkAfterMs: number): Promise<void> {
    const unused = async () => {
      throw new Error('not asked for in this test');
    };
    const poller = new DeliveryPoller({
      redis,
      ledger,
      index,
      queues,
      checkAfterMs,
      client: {
        queryDeliveries: async (query: ConversationQuery) => {
          const predicates = query.conversationFilters?.[0]?.predicates ?? [];
          asked.push(predicates.map(({ value }) => value ?? '').sort());
          return { ok: true, status: 200, data: { conversations: known } };
        },
        getMessageDetails: unused,
        getEmailConversation: unused,
      },
      hasNextChannel: async () => false,
      learned: { suppress: unused },
      log: pino({ level: 'silent' }),
      noteRedis: () => false,
    });
    expect(await poller.pollOnce()).toBe('polled');
    await poller.stop();
  }

  const stateOf = async (id: string) => (await ledger.read(id))?.state;
  const awaited = async () =>
    (await index.awaited(Number.MAX_SAFE_INTEGER, 100)).map(({ id }) => id).sort();

  test('waits for others until five sixths of the first message’s time', async () => {
    await sent('first', 40_000, MINUTE);
    await sent('second', 25_000, MINUTE);
    await poll(MINUTE);
    expect(asked).toEqual([]);
    await sent('older', 52_000, MINUTE);
    await poll(MINUTE);
    expect(asked).toEqual([['c-first', 'c-older', 'c-second']]);
  });

  test('goes out at once when it is full', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, at) => sent(`full-${at}`, 25_000, MINUTE)));
    await poll(MINUTE);
    expect(asked.map(({ length }) => length)).toEqual([100]);
  });

  test('takes along messages before their turn, which have it still when nothing is known of them', async () => {
    await sent('older', 52_000, MINUTE);
    await sent('known', 14_000, MINUTE);
    await sent('unknown', 14_000, MINUTE);
    await sent('young', 2_000, MINUTE);
    known = [deliveredIn('c-known')];
    await poll(MINUTE);
    expect(asked).toEqual([['c-known', 'c-older', 'c-unknown']]);
    expect(await stateOf('known')).toBe('delivered');
    // What is silent at its turn is left to its own check, and is asked about by no question for many.
    expect(await awaited()).toEqual(['unknown', 'young']);
    await poll(MINUTE);
    expect(asked).toHaveLength(1);
  });

  test('asks about an email before it is no longer waited for, however long the time for web messages is', async () => {
    const hour = 60 * MINUTE;
    await sent('early', hour - 10_000, hour, 'email');
    await sent('mail', hour + 70_000, hour, 'email');
    await poll(hour);
    expect(asked).toEqual([['c-mail']]);
    expect(await awaited()).toEqual(['early']);
  });
});

function deliveredIn(conversationId: string): ConversationSummary {
  const session = {
    mediaType: 'message',
    messageType: 'webmessaging',
    direction: 'outbound',
    deliveryStatus: 'DeliverySuccess',
    segments: [],
  };
  return {
    conversationId,
    conversationStart: new Date().toISOString(),
    participants: [{ purpose: 'api', sessions: [session] }],
  } as unknown as ConversationSummary;
}
