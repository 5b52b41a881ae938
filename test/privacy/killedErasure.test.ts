import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openPersonalData } from '../../src/app/openPersonalData.js';
import { openCampaigns, openProducer } from '../../src/app/openProducer.js';
import { type Config, loadConfig } from '../../src/config.js';
import type { ErasureReport } from '../../src/privacy/erasureReport.js';
import type { NotificationProducer } from '../../src/queue/producer.js';
import { everythingStored } from '../support/everythingStored.js';
import { productMain } from '../support/product.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { publishTestTemplate } from '../support/templates.js';

const EMAIL = 'marker-person@example.com';
const OTHERS = ['first@example.net', 'second@example.net'];
const CSV = [
  'email,name',
  `${OTHERS[0]},Ann`,
  `${EMAIL},Markername`,
  `${OTHERS[1]},Bob`,
  `no address of ${EMAIL},Markername`,
  '',
].join('\n');

let config: Config;
let env: Record<string, string>;
let producer: NotificationProducer;
let inbox: string;

beforeAll(async () => {
  inbox = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-erase-'));
  mkdirSync(path.join(inbox, 'done'));
  writeFileSync(path.join(inbox, 'done', 'may.csv'), CSV);
  env = {
    REDIS_URL: testRedisUrl(),
    QUEUE_PREFIX: freshPrefix(),
    CAMPAIGN_INBOX_DIR: inbox,
    LOG_LEVEL: 'silent',
  };
  const loaded = loadConfig(env, 'api');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  config = loaded.config;
  producer = openProducer(config);
  await new Promise<void>((resolve) => producer.onConnect(resolve));
  await publishTestTemplate(producer.store.redis, env['QUEUE_PREFIX'] ?? '');
  for (const [at, email] of [EMAIL, EMAIL, ...OTHERS].entries()) {
    await producer.send({ id: `request-${at}`, template: 'greeting', recipient: { email } });
  }
  const campaigns = openCampaigns(config, producer);
  await campaigns.create({ id: 'spring', template: 'greeting', channels: ['email'] });
  await campaigns.importRows('spring', Readable.from([CSV], { objectMode: false }));
});
afterAll(async () => {
  await producer.close();
  await flushPrefix(env['QUEUE_PREFIX'] ?? '');
  rmSync(inbox, { recursive: true });
});

/** Its report, or undefined when it was killed. */
async function eraseAndDie(diesAfterWrites: number): Promise<ErasureReport | undefined> {
  // The script runs the built product.
  productMain();
  const script = fileURLToPath(new URL('../support/dyingErasure.mjs', import.meta.url));
  const child = fork(script, {
    env: { ...process.env, ...env, PERSON: EMAIL, DIES_AFTER_WRITES: String(diesAfterWrites) },
  });
  let report: ErasureReport | undefined;
  child.on('message', (message) => {
    report = message as ErasureReport;
  });
  const [code, signal] = await once(child, 'exit');
  expect([code, signal]).toEqual(report === undefined ? [null, 'SIGKILL'] : [0, null]);
  return report;
}

async function foundAbout(email: string) {
  const data = openPersonalData(config, producer);
  const person = data.readPerson([email]);
  if (person === undefined) throw new Error('it is an address');
  return data.export(person);
}

test('an erasure that is killed after any of its writes harms no other person, and the next one does the rest', async () => {
  let report: ErasureReport | undefined;
  let kills = 0;
  while (report === undefined) {
    report = await eraseAndDie(1 + kills * 3);
    if (report === undefined) kills += 1;
    for (const [at, other] of OTHERS.entries()) {
      const { notifications, campaignRows, inboxLines } = await foundAbout(other);
      expect([notifications.length, campaignRows.map(({ number }) => number), inboxLines]).toEqual([
        1,
        [at === 0 ? 2 : 4],
        [expect.objectContaining({ file: 'done/may.csv' })],
      ]);
    }
  }
  expect(kills).toBeGreaterThan(2);
  expect(report.remains).toEqual([]);
  for (const [key, content] of await everythingStored(env['QUEUE_PREFIX'] ?? '')) {
    expect([key, /marker-person|Markername/i.test(content)]).toEqual([key, false]);
  }
  expect(readFileSync(path.join(inbox, 'done', 'may.csv'), 'utf8')).not.toMatch(/marker/i);
  expect(await foundAbout(EMAIL)).toMatchObject({ notifications: [], campaignRows: [] });
  for (const id of ['request-0', 'request-1']) {
    expect(await producer.get(id)).toMatchObject({ state: 'cancelled', reason: 'erased' });
  }
  expect(await openCampaigns(config, producer).get('spring')).toMatchObject({
    counts: { waiting: 3 },
  });
});
