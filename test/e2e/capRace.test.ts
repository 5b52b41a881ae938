import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import { mayHaveGoneOut, newRecord } from '../../src/notification/record.js';
import { Consent } from '../../src/suppression/consent.js';
import { ConsentDigests, consentAddresses } from '../../src/suppression/consentIdentity.js';
import { SuppressionList } from '../../src/suppression/suppressionList.js';
import { productMain } from '../support/product.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const ROUNDS = 1_000;
const RACERS = ['a', 'b'] as const;
const SPAN_MS = 86_400_000;
/** Most of it is the start of the processes that follow those that were killed. */
const LASTS_AT_MOST_MS = 300_000;

const prefix = freshPrefix();
const redis = new Redis(testRedisUrl());
const running = new Set<ChildProcess>();

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await redis.quit();
  await flushPrefix(prefix);
});

const idOf = (racer: string, round: number) => `${racer}-${round}`;
const recipientOf = (round: number) => ({ email: `customer-${round}@example.com` });

/** Runs one racer to the last round, again after each time that it has killed itself; answers how often. */
async function race(racer: string): Promise<number> {
  const script = fileURLToPath(new URL('../support/capRacer.mjs', import.meta.url));
  const own = {
    REDIS_URL: testRedisUrl(),
    QUEUE_PREFIX: prefix,
    RACER: racer,
    ROUNDS: `${ROUNDS}`,
  };
  for (let kills = 0; ; kills += 1) {
    const env = { ...process.env, ...own };
    const child = spawn(process.execPath, [script], { env, stdio: 'inherit' });
    running.add(child);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    running.delete(child);
    if (code === 0) return kills;
    if (signal !== 'SIGKILL') throw new Error(`a racer ended with ${code ?? signal}`);
  }
}

test(
  'two workers that race for the last place a thousand times and are killed: never two messages, and no place is lost',
  async () => {
    productMain();
    const keyring = Keyring.forDevelopment();
    const ledger = new Ledger(redis, prefix, keyring, { ledgerMs: SPAN_MS, requestMs: SPAN_MS });
    const digests = new ConsentDigests(keyring, 'distinct');
    const now = () => Date.now();
    const list = new SuppressionList(redis, prefix, digests, now);
    const caps = { campaign: { places: 1, spanMs: SPAN_MS } };
    const consent = new Consent({ redis, prefix, digests, list, caps, now });
    const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
    await ledger.accept(
      rounds.flatMap((round) =>
        RACERS.map((racer) => {
          const recipient = recipientOf(round);
          const request = { recipient, template: 'follow-up', priority: 'campaign' as const };
          const record = newRecord(idOf(racer, round), request, 'k1:hash', now());
          return { record, stored: { request, templateHash: 'h' } };
        }),
      ),
    );

    const kills = await Promise.all(RACERS.map(race));
    expect(Math.min(...kills)).toBeGreaterThan(0);

    const records = await Promise.all(
      RACERS.map((racer) => ledger.readAll(rounds.map((round) => idOf(racer, round)))),
    );
    const facts = await Promise.all(
      rounds.map((round) => {
        const addresses = consentAddresses({ recipient: recipientOf(round) });
        return consent.facts({ addresses, lane: 'campaign' });
      }),
    );
    const seen = rounds.map((round) => {
      const both = records.map((of) => of[round]);
      const holders = both.filter((record) => record !== undefined && mayHaveGoneOut(record.legs));
      return { round, holders: holders.length, placesTaken: facts[round]?.placesTaken };
    });
    // A place is taken exactly where a message may have gone out.
    expect(seen.filter(({ holders, placesTaken }) => holders !== placesTaken)).toEqual([]);
    expect(seen.filter(({ holders }) => holders > 1)).toEqual([]);
    expect(seen.filter(({ holders }) => holders === 1).length).toBeGreaterThan(0);
    expect(seen.filter(({ holders }) => holders === 0).length).toBeGreaterThan(0);
  },
  LASTS_AT_MOST_MS,
);
