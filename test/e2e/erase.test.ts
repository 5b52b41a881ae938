import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import type { RunningRole } from '../../src/app/apiApp.js';
import { openPersonalData } from '../../src/app/openPersonalData.js';
import { openCampaigns, openProducer } from '../../src/app/openProducer.js';
import { openSuppressions } from '../../src/app/openSuppressions.js';
import { startWorker } from '../../src/app/workerApp.js';
import type { PersonExport } from '../../src/privacy/personalData.js';
import type { NotificationProducer } from '../../src/queue/producer.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { everythingStored } from '../support/everythingStored.js';
import { testRedisUrl } from '../support/redis.js';

const SECRET = 'the-secret-of-this-deployment';
const EMAIL = 'marker-person@example.com';
const PHONE = '+4915198765432';
const NAME = 'Markername';
/** Whatever of the person could be written down, whatever was made of it. */
const MARKER = /marker|4915198765432/i;
const OTHERS = ['first@example.net', 'second@example.net'];

/** It stays, and so must hold nothing of the person. */
const OF_ANOTHER = {
  recipient: { email: OTHERS[0] },
  variables: { orderNumber: 'A-9', status: 'shipped' },
};

const CSV = [
  'email,name,remark,orderNumber,status',
  `${OTHERS[0]},Ann,,A-1,shipped`,
  `${EMAIL},${NAME},marker remark,A-2,shipped`,
  `${OTHERS[1]},Bob,,A-3,shipped`,
  `no address of ${EMAIL},${NAME},marker remark,A-4,shipped`,
  '',
].join('\n');

describe('a person who is erased', () => {
  let deployment: Deployment;
  let api: TestApi;
  let producer: NotificationProducer;
  let inbox: string;
  let worker: RunningRole;
  const logged: string[] = [];

  const request = (id: string, more = {}) => ({
    id,
    recipient: { email: EMAIL, phone: PHONE, name: NAME },
    template: 'order-update',
    variables: { orderNumber: 'marker order', status: 'shipped' },
    channels: ['email'] as ['email'],
    ...more,
  });

  async function exported(): Promise<PersonExport> {
    const data = openPersonalData({ ...api.config, CAMPAIGN_INBOX_DIR: inbox }, producer);
    const person = data.readPerson([EMAIL, PHONE]);
    if (person === undefined) throw new Error('these are addresses');
    return data.export(person);
  }

  /** All rows of the campaign have ended or were sent. */
  async function untilEnded(id: string): Promise<Record<string, number>> {
    const giveUpAt = Date.now() + 60_000;
    for (;;) {
      const { body } = await api.call('GET', `/v1/campaigns/${id}`);
      const counts = body['counts'] as Record<string, number>;
      const { sent = 0, delivered = 0, skipped = 0, failed = 0 } = counts;
      if (sent + delivered + skipped + failed === 3) return counts;
      if (Date.now() > giveUpAt) throw new Error(`counts: ${JSON.stringify(counts)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  beforeAll(async () => {
    inbox = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-erase-'));
    mkdirSync(path.join(inbox, 'done'));
    deployment = await deploy({
      sandbox: { deliveryDelayMs: 0 },
      env: { NOTIFIER_SECRET: SECRET, DELIVERY_CHECK_AFTER: '200ms', CAMPAIGN_INBOX_DIR: inbox },
    });
    deployment.sandbox.addCustomer({
      firstName: NAME,
      email: EMAIL,
      phone: PHONE,
      conversations: [
        {
          minutesAgo: 60,
          messages: [{ from: 'customer', text: 'MARKERTEXT where is my parcel?' }],
        },
      ],
    });
    api = await startTestApi(deployment.env);
    producer = openProducer(api.config);
    await new Promise<void>((resolve) => producer.onConnect(resolve));
    const log = pino(
      { level: 'trace' },
      new Writable({
        write(chunk, _encoding, done) {
          logged.push(String(chunk));
          done();
        },
      }),
    );
    worker = await startWorker(deployment.config(), log);
    const sent = await api.post(request('sent-before'));
    if (sent.status !== 202) throw new Error(JSON.stringify(sent.body));
    await deployment.reaches('sent-before', 'sent', 'delivered');
    await api.post(request('due-next-week', { sendAt: new Date(Date.now() + 7e8).toISOString() }));

    const redis = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
    const intake = new Queue('intake', { connection: redis, prefix: deployment.prefix });
    await intake.add('notify', request('in-the-intake'), { delay: 600_000 });
    await intake.add('notify', request('of-another', OF_ANOTHER), {
      delay: 600_000,
    });
    await intake.close();
    redis.disconnect();

    const campaigns = openCampaigns(api.config, producer);
    await campaigns.create({
      id: 'spring',
      template: 'order-update',
      channels: ['email'],
      history: { required: false },
    });
    await campaigns.importRows('spring', Readable.from([CSV], { objectMode: false }));
    const now = Date.now();
    await openSuppressions(api.config, producer.store.redis).add(
      { field: 'email', address: EMAIL },
      { channels: ['sms'], source: 'person', author: 'ann', reason: 'Marker called', at: now },
    );
    writeFileSync(path.join(inbox, 'done', 'may.csv'), CSV);
  });
  afterAll(async () => {
    await worker.stop();
    await producer.close();
    await deployment.stop();
    rmSync(inbox, { recursive: true });
  });
  stopApisAfterAll();

  test('is found everywhere before', async () => {
    const found = await exported();
    expect(
      found.notifications.map(({ id, request: asked }) => [id, asked?.recipient.email]),
    ).toEqual(
      expect.arrayContaining([
        ['sent-before', EMAIL],
        ['due-next-week', EMAIL],
      ]),
    );
    expect(found.campaignRows).toMatchObject([{ campaignId: 'spring', number: 3 }]);
    expect(found.rejectedRows).toMatchObject([{ campaignId: 'spring', number: 5 }]);
    expect(found.queuedJobs).toMatchObject([{ queue: 'intake' }]);
    expect(found.suppressions).toMatchObject([{ address: EMAIL, reason: 'Marker called' }]);
    expect(found.inboxLines).toMatchObject([{ file: 'done/may.csv' }]);
  });

  test('is nowhere afterwards, and the answer says what is kept', async () => {
    const { status, body } = await api.call('POST', '/v1/erasures', { recipients: [EMAIL, PHONE] });
    expect([status, body]).toMatchObject([
      200,
      {
        erased: { requests: 2, campaignRows: 1, rejectedRows: 1, queuedJobs: 1, inboxLines: 2 },
        cancelled: 1,
        remains: [],
      },
    ]);
    expect(JSON.stringify(body['kept'])).toMatch(/suppression list.*written to again/);
    expect(await exported()).toMatchObject({
      notifications: [],
      campaignRows: [],
      rejectedRows: [],
      queuedJobs: [],
      inboxLines: [],
    });
    for (const [key, content] of await everythingStored(deployment.prefix)) {
      // The queue has a key of this name of its own, there only while jobs wait.
      expect([key, MARKER.test(key.replace(/:marker$/, ''))]).toEqual([key, false]);
      expect([key, MARKER.test(content)]).toEqual([key, false]);
    }
    for (const line of [...api.logged, ...logged]) expect(line).not.toMatch(MARKER);
    expect(readFileSync(path.join(inbox, 'done', 'may.csv'), 'utf8')).not.toMatch(MARKER);
    expect(readFileSync(path.join(inbox, 'done', 'may.csv'), 'utf8')).toContain(OTHERS[1]);
  });

  test('has left records that name no one, and gets nothing any more', async () => {
    const { body: sent } = await api.call('GET', '/v1/notifications/sent-before');
    expect([sent['state'], sent['recipient']]).toEqual([
      expect.stringMatching(/sent|delivered/),
      undefined,
    ]);
    const { body: ended } = await api.call('GET', '/v1/notifications/due-next-week');
    expect(ended).toMatchObject({ state: 'cancelled', reason: 'erased' });
    const before = deployment.deliveries();
    const { body } = await api.call('POST', '/v1/campaigns/spring/start', { acceptRejected: true });
    expect(body['state']).toBe('running');
    expect(await untilEnded('spring')).toMatchObject({ skipped: 1, failed: 0, waiting: 0 });
    expect(deployment.deliveries() - before).toBe(2);
    const { body: campaign } = await api.call('GET', '/v1/campaigns/spring');
    expect(campaign).toMatchObject({ reasons: { skipped: { erased: 1 } } });
    const results = await (await fetch(`${api.url}/v1/campaigns/spring/results`)).text();
    expect(results).toMatch(/\n3,spring\.3,,,,skipped,/);
    expect(results).not.toMatch(MARKER);
  });

  test('is in the audit by a keyed hash, with what was done', async () => {
    const { body } = await api.call('GET', '/v1/audit?what=person');
    const entries = body['entries'] as { what: string; on: string; outcome: string }[];
    expect(entries.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['person.erase', 'person.export']),
    );
    for (const { on, outcome } of entries) {
      expect([on, outcome]).toEqual([expect.stringMatching(/^[\w-]{16},[\w-]{16}$/), 'done']);
    }
  });

  test('a second erasure finds nothing, and what is no address is refused', async () => {
    const again = await api.call('POST', '/v1/erasures', { recipients: [EMAIL] });
    expect(again.body).toMatchObject({
      erased: { requests: 0, campaignRows: 0, searchEntries: 0 },
    });
    for (const recipients of [[], ['*'], ['12'], [EMAIL, 'nobody']]) {
      const { status } = await api.call('POST', '/v1/erasures', { recipients });
      expect([recipients, status]).toEqual([recipients, 422]);
    }
  });
});
