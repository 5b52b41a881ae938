import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { claim, loseIntent, startLeg } from '../../src/notification/attempt.js';
import { write } from '../../src/notification/decision.js';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import { recordLook } from '../../src/notification/reconciling.js';
import { type NotificationRecord, newRecord, queued } from '../../src/notification/record.js';
import { cancelWithCampaign } from '../../src/notification/settlement.js';
import { campaignKeys, type KeysOfCampaign } from '../../src/redis/keys.js';
import { REQUEST } from '../support/notifications.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const STORED = { request: REQUEST, templateHash: 'h' };
const INTENT = { fencingToken: 1, channel: 'email', sendWithinMs: 2_000 } as const;

describe('a row of a campaign in the ledger', () => {
  const redis = new Redis(testRedisUrl());
  const prefixes: string[] = [];
  let ledger: Ledger;
  let campaign: KeysOfCampaign;

  beforeEach(async () => {
    const prefix = freshPrefix();
    prefixes.push(prefix);
    ledger = new Ledger(
      redis,
      prefix,
      Keyring.forDevelopment(),
      {
        ledgerMs: 60_000,
        requestMs: 60_000,
      },
      undefined,
      undefined,
      [1],
    );
    campaign = campaignKeys(prefix).of('spring');
    await redis.hset(campaign.counts, { waiting: 1, since: 1 });
  });
  afterAll(async () => {
    for (const prefix of prefixes) await flushPrefix(prefix);
    await redis.quit();
  });

  const accept = async (row: number) => {
    const id = `spring.${row}`;
    const record = newRecord(id, REQUEST, 'k1:hash', Date.now());
    const [answer] = await ledger.acceptRows('spring', [
      { record: { ...record, campaignId: 'spring', row }, stored: STORED },
    ]);
    return answer;
  };
  const claims = () =>
    ledger.changeUnlessHalted('spring.2', (record) => claim(record, 1, Date.now()));
  const begins = () =>
    ledger.changeUnlessHalted('spring.2', (record) => startLeg(record, INTENT, Date.now()));

  test('is accepted as long as one waits, and not once more', async () => {
    expect(await accept(2)).toMatchObject({ kind: 'accepted' });
    expect(await accept(2)).toMatchObject({ kind: 'known' });
    expect(await accept(3)).toEqual({ kind: 'halted' });
    expect(await ledger.read('spring.3')).toBeUndefined();
  });

  test.each(['paused', 'cancelled'] as const)(
    'is not accepted, claimed or given an intent while its campaign is %s',
    async (halt) => {
      await redis.set(campaign.halt, halt);
      expect(await accept(2)).toEqual({ kind: 'halted' });
      await redis.del(campaign.halt);
      await accept(2);
      await redis.set(campaign.halt, halt);
      expect(await claims()).toEqual({ kind: 'campaign_halted', halt });
      expect((await ledger.read('spring.2'))?.fencingToken).toBe(0);
      await redis.del(campaign.halt);
      await claims();
      await redis.set(campaign.halt, halt);
      expect(await begins()).toEqual({ kind: 'campaign_halted', halt });
      expect((await ledger.read('spring.2'))?.legs).toEqual([]);
      await redis.del(campaign.halt);
      expect(await begins()).toMatchObject({ kind: 'started' });
    },
  );

  test('that is sent again after its campaign was cancelled sends nothing, and counts once', async () => {
    await accept(2);
    await claims();
    await begins();
    await ledger.change('spring.2', (record) => write(loseIntent(record, Date.now()), undefined));
    await redis.set(campaign.halt, 'cancelled');
    const findings = ((await ledger.read('spring.2'))?.legs ?? []).map((leg) => ({
      leg,
      finding: { kind: 'not_there' } as const,
    }));
    const look = { askedAt: Date.now() + 10, made: 0, findings, policy: 'resend' } as const;
    await ledger.change('spring.2', (record) => recordLook(record, look, [1], Date.now()));
    const again = (record: NotificationRecord) => claim(record, 2, Date.now());
    expect(await ledger.changeUnlessHalted('spring.2', again)).toEqual({
      kind: 'campaign_halted',
      halt: 'cancelled',
    });
    await ledger.change('spring.2', (record) => cancelWithCampaign(record, Date.now()));
    expect((await ledger.read('spring.2'))?.state).toBe('cancelled');
    const { since: _since, ...counts } = await redis.hgetall(campaign.counts);
    const left = Object.entries(counts).filter(([, rows]) => rows !== '0');
    expect(left).toEqual([['cancelled', '1']]);
  });

  test('expires while its campaign is paused: what leads to no send is written', async () => {
    await accept(2);
    await redis.set(campaign.halt, 'paused');
    const deadline = (await ledger.read('spring.2'))?.deadline ?? 0;
    const late = await ledger.changeUnlessHalted('spring.2', (r) => claim(r, 1, deadline + 1));
    expect(late).toEqual({ kind: 'ended', state: 'expired' });
    expect(await redis.hgetall(campaign.counts)).toMatchObject({ accepted: '0', expired: '1' });
    expect(await redis.exists(campaign.live)).toBe(0);
  });

  test('is not every notification that names a campaign: such a one is neither counted nor halted', async () => {
    const request = { ...REQUEST, campaignId: 'spring' };
    const record = newRecord('own', request, 'k1:hash', Date.now());
    await ledger.accept([{ record, stored: { request, templateHash: 'h' } }]);
    await redis.set(campaign.halt, 'cancelled');
    const claimed = await ledger.changeUnlessHalted('own', (r) => claim(r, 1, Date.now()));
    expect(claimed).toMatchObject({ kind: 'claimed' });
    expect(await redis.hgetall(campaign.counts)).toEqual({ waiting: '1', since: '1' });
  });

  test('is counted, too, by a repeated request that has its job added', async () => {
    await accept(2);
    const snapshot = await ledger.snapshot('spring.2');
    if (snapshot === undefined) throw new Error('it was accepted');
    await ledger.enqueued([{ snapshot, next: queued(snapshot.record, Date.now()) }]);
    expect((await ledger.read('spring.2'))?.state).toBe('queued');
    expect(await redis.hgetall(campaign.counts)).toMatchObject({ accepted: '0', queued: '1' });
  });

  test('does not bring back counts of a campaign that is forgotten', async () => {
    await accept(2);
    await redis.del(campaign.counts, campaign.live);
    await claims();
    expect(await redis.exists(campaign.counts, campaign.live)).toBe(0);
  });
});
