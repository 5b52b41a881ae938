import { Redis } from 'ioredis';
import { keyringOf } from '../../../src/config.js';
import { claim, loseIntent, startLeg } from '../../../src/notification/attempt.js';
import { write } from '../../../src/notification/decision.js';
import { Ledger } from '../../../src/notification/ledger.js';
import type { NotificationRecord } from '../../../src/notification/record.js';
import { REQUEST, type TestApi } from './api.js';

/**
 * Notifications whose worker was lost while it sent, all at the same moment (epoch ms).
 *
 * @param looks what asking the platform about them has come to.
 */
export async function givenUnknowns(
  api: TestApi,
  ids: readonly string[],
  lostAt = 1_000,
  looks?: NotificationRecord['looks'],
): Promise<void> {
  const redis = new Redis(api.config.REDIS_URL);
  const retention = { ledgerMs: 60_000, requestMs: 60_000 };
  const ledger = new Ledger(redis, api.config.QUEUE_PREFIX, keyringOf(api.config), retention);
  for (const id of ids) {
    await api.post({ ...REQUEST, id, recipient: { email: 'dana@example.com' } });
    await ledger.change(id, (record) => claim(record, 1, Date.now()));
    const intent = { fencingToken: 1, channel: 'web', sendWithinMs: 2_000 } as const;
    await ledger.change(id, (record) => startLeg(record, intent, Date.now()));
    await ledger.change(id, (record) =>
      write({ ...loseIntent(record, lostAt), ...(looks && { looks }) }, undefined),
    );
  }
  // A cursor has to tell apart what shares a moment, as rows of a campaign do.
  for (const id of ids) await redis.zadd(ledger.keys.unknown, 1_795_000_000_000, id);
  redis.disconnect();
}
