import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { openCampaigns } from '../../src/app/openProducer.js';
import { openRecovery } from '../../src/app/openRecovery.js';
import { write } from '../../src/notification/decision.js';
import { step } from '../../src/notification/record.js';
import type { Recovery } from '../../src/recovery/recovery.js';
import {
  loadTemplates,
  publishTemplates,
  templatesDir,
} from '../../src/templates/loadTemplates.js';
import { type Deployment, deploy } from '../support/deployment.js';

/** A deployment whose Redis went back an hour ago, as far as an operator knows; no worker lives. */
describe('recovering after Redis went back in time', () => {
  let deployment: Deployment;
  let recovery: Recovery;
  let redis: Redis;
  const since = () => Date.now() - 3_600_000;

  beforeEach(async () => {
    deployment = await deploy();
    const { producer } = deployment;
    redis = producer.store.redis as Redis;
    const templates = await loadTemplates(templatesDir({}));
    await publishTemplates(producer.catalogue, templates, ['web', 'email']);
    const config = deployment.config();
    recovery = openRecovery(config, producer, openCampaigns(config, producer));
  });
  afterEach(async () => {
    await deployment.stop();
  });

  async function accept(...ids: string[]): Promise<void> {
    for (const id of ids) {
      const recipient = { email: `${id}@example.net` };
      await deployment.send({ id, recipient, template: 'follow-up', channels: ['email', 'sms'] });
    }
  }

  const viewOf = async (id: string) => deployment.producer.get(id);
  const pausedBy = async () => (await deployment.producer.operations.pauseStatus()).pauseCode;

  test('has all that may have been sent unknown, over the channels that reach its recipient, and lets the sending go on', async () => {
    await accept('one', 'two');
    const result = await recovery.run({ since: since(), notFound: 'go-on' });
    expect(result).toMatchObject({ kind: 'recovered', report: { looked: 2, doubted: 2 } });
    expect(await viewOf('one')).toMatchObject({ state: 'unknown', reason: 'redis_went_back' });
    const record = await deployment.producer.store.ledger.read('one');
    expect(record?.legs.map(({ channel, outcome }) => [channel, outcome])).toEqual([
      ['email', 'unknown'],
    ]);
    expect(record?.looks).toMatchObject({ made: 0, notFound: 'resend' });
    expect(await pausedBy()).toBeUndefined();
    expect(await deployment.producer.operations.pauseStatus()).toEqual({});
  });

  test('has one that was unknown looked for also in the time that is lost, in which it may have been sent again', async () => {
    await accept('one');
    const { ledger } = deployment.producer.store;
    const at = Date.now() - 7_200_000;
    const sent = {
      generation: 1,
      channel: 'email',
      fencingToken: 1,
      intentAt: at,
      sendBy: at,
    } as const;
    const looks = { made: 1, since: at, nextAt: Date.now() + 3_600_000 };
    await ledger.change('one', (record) =>
      write(
        step(
          record,
          at,
          { state: 'unknown', reason: 'timeout', channel: 'email' },
          { legs: [{ ...sent, outcome: 'unknown' }], looks },
        ),
        undefined,
      ),
    );
    const result = await recovery.run({ since: since(), notFound: 'go-on' });
    expect(result).toMatchObject({ report: { looked: 1, doubted: 1 } });
    const record = await ledger.read('one');
    expect(record).toMatchObject({ state: 'unknown', reason: 'redis_went_back' });
    expect(record?.legs).toMatchObject([
      { intentAt: at },
      { channel: 'email', outcome: 'unknown' },
    ]);
    expect(record?.legs[1]?.sendBy).toBeGreaterThan(Date.now() - 60_000);
  });

  test('changes nothing when it is only asked what it would do', async () => {
    await accept('one');
    const dryRun = await recovery.run({ since: since(), notFound: 'go-on', dryRun: true });
    expect(dryRun).toMatchObject({ kind: 'dry_run', report: { looked: 1, doubted: 1 } });
    expect((await viewOf('one'))?.state).toBe('queued');
    expect(await pausedBy()).toBeUndefined();
  });

  test('needs to know up to when Redis knows what happened', async () => {
    expect(await recovery.run({ notFound: 'go-on' })).toEqual({ kind: 'not_needed' });
    await redis.hset(`${deployment.prefix}:went-back`, { id: 'x', at: Date.now(), since: '' });
    expect(await recovery.run({ notFound: 'go-on' })).toEqual({ kind: 'needs_since' });
  });

  test('killed on its way leaves the sending paused, and goes on when it is run again', async () => {
    await accept(...Array.from({ length: 60 }, (_, n) => `many-${n}`));
    const killed = recovery.run({
      since: since(),
      notFound: 'hold',
      onProgress: () => {
        throw new Error('killed');
      },
    });
    await expect(killed).rejects.toThrow('killed');
    expect(await pausedBy()).toBe('redis_went_back');
    expect(await deployment.producer.operations.resume()).toMatchObject({
      kind: 'redis_went_back',
    });
    // What is accepted meanwhile was not sent in the time that is lost.
    await accept('meanwhile');
    const result = await recovery.run({ notFound: 'hold' });
    expect(result).toMatchObject({ kind: 'recovered' });
    expect((await deployment.producer.operations.status()).unknown.count).toBe(60);
    expect((await viewOf('meanwhile'))?.state).toBe('queued');
    expect(await pausedBy()).toBeUndefined();
  });

  test('run twice at once doubts each once, and a pause of a person outlives it', async () => {
    await accept('one', 'two');
    await deployment.producer.operations.pause({ reason: 'lunch' });
    const both = await Promise.all([
      recovery.run({ since: since(), notFound: 'go-on' }),
      recovery.run({ since: since(), notFound: 'go-on' }),
    ]);
    expect(both.map(({ kind }) => kind)).toEqual(['recovered', 'recovered']);
    const record = await deployment.producer.store.ledger.read('one');
    expect(record?.legs).toHaveLength(1);
    expect((await deployment.producer.operations.status()).pause).toMatchObject({
      reason: 'lunch',
    });
  });

  test('pauses a campaign whose waiting rows may have been sent, and says so', async () => {
    const campaigns = openCampaigns(deployment.config(), deployment.producer);
    await campaigns.create({ id: 'autumn', template: 'follow-up', channels: ['email'] });
    const rows = Readable.from([Buffer.from('email\na@example.net\nb@example.net\n')]);
    await campaigns.importRows('autumn', rows);
    await campaigns.start('autumn', {});
    const result = await recovery.run({ since: since(), notFound: 'go-on' });
    expect(result).toMatchObject({
      report: { campaigns: [{ id: 'autumn', waiting: 2, released: 0 }] },
    });
    expect(await campaigns.get('autumn')).toMatchObject({ state: 'paused' });
  });
});
