import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { TemplateCatalogue, type TemplateEntry } from '../../src/templates/catalogue.js';
import {
  loadTemplates,
  publishTemplates,
  templatesDir,
} from '../../src/templates/loadTemplates.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

let redis: Redis;
let prefix: string;
beforeEach(() => {
  redis = new Redis(testRedisUrl());
  prefix = freshPrefix();
});
afterEach(async () => {
  await flushPrefix(prefix);
  redis.disconnect();
});

const SHIPPED = templatesDir({});

function template(name: string, hash: string) {
  const entry: TemplateEntry = {
    name,
    hash,
    channels: ['web'],
    defaultChannels: ['web'],
    manifest: { description: 'A test', variables: {} },
  };
  return { entry, content: `content of ${hash}` };
}

describe('loading templates', () => {
  test('takes the shipped ones unless a folder is given', async () => {
    const names = (await loadTemplates(SHIPPED)).map(({ source }) => source.name);
    expect(names).toEqual(['follow-up', 'order-update']);
    expect(templatesDir({ TEMPLATES_DIR: '/srv/templates' })).toBe('/srv/templates');
  });

  test('of a folder that is not there rejects with what was expected', async () => {
    await expect(loadTemplates('/nowhere')).rejects.toThrow(/one folder per template/);
  });
});

describe('publishing templates', () => {
  test('lets another process find them, with the default channels in the deployment’s order', async () => {
    const loaded = await loadTemplates(SHIPPED);
    await publishTemplates(new TemplateCatalogue(redis, prefix), loaded, ['email', 'web']);
    const other = new TemplateCatalogue(redis, prefix);
    expect(await other.names()).toEqual(['follow-up', 'order-update']);
    const entry = await other.find('follow-up');
    expect(entry?.channels).toEqual(['web', 'email', 'engage', 'sms']);
    expect(entry?.defaultChannels).toEqual(['email', 'web']);
    expect(JSON.parse((await other.content(entry?.hash ?? '')) ?? '')).toEqual(loaded[0]?.source);
  });

  test('replaces what was published under the same name before', async () => {
    await new TemplateCatalogue(redis, prefix).publish([template('t', 'old')]);
    await new TemplateCatalogue(redis, prefix).publish([template('t', 'new')]);
    expect((await new TemplateCatalogue(redis, prefix).find('t'))?.hash).toBe('new');
  });

  test('again later renews the content and leaves a newer version in its place', async () => {
    const old = new TemplateCatalogue(redis, prefix);
    await old.publish([template('t', 'old')]);
    await new TemplateCatalogue(redis, prefix).publish([template('t', 'new')]);
    await redis.del(`${prefix}:t:old`);
    await old.renew();
    expect((await new TemplateCatalogue(redis, prefix).find('t'))?.hash).toBe('new');
    expect(await redis.get(`${prefix}:t:old`)).toBe('content of old');
  });
});

describe('when Redis has lost its data', () => {
  test('a process that has published a template finds it, and all others do again', async () => {
    const publisher = new TemplateCatalogue(redis, prefix);
    await publisher.publish([template('t', 'h')]);
    await flushPrefix(prefix);
    expect((await publisher.find('t'))?.hash).toBe('h');
    expect((await new TemplateCatalogue(redis, prefix).find('t'))?.hash).toBe('h');
  });

  test('a process that has published a template can still render from it', async () => {
    const publisher = new TemplateCatalogue(redis, prefix);
    await publisher.publish([template('t', 'h')]);
    await flushPrefix(prefix);
    expect(await publisher.content('h')).toBe('content of h');
    expect(await new TemplateCatalogue(redis, prefix).content('h')).toBeUndefined();
  });

  test('notes from when on which version was accepted, the newest first, and each once', async () => {
    const catalogue = new TemplateCatalogue(redis, prefix);
    const before = Date.now() - 5_000;
    for (const hash of ['a', 'a', 'b', 'a']) await catalogue.publish([template('t', hash)]);
    await new TemplateCatalogue(redis, prefix).publish([template('other', 'x')]);
    const versions = (await catalogue.versions()).get('t') ?? [];
    expect(versions.map(({ hash }) => hash)).toEqual(['a', 'b', 'a']);
    const times = versions.map(({ since = 0 }) => since);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(times.at(-1)).toBeGreaterThan(before);
    expect([...(await catalogue.kept(['a', 'b', 'c']))]).toEqual(['a', 'b']);
  });

  test('remembers twenty versions, and invents no time for one that it has not seen come', async () => {
    const entry = JSON.stringify(template('t', 'before').entry);
    await redis.hset(`${prefix}:templates`, 't', entry);
    const catalogue = new TemplateCatalogue(redis, prefix);
    await catalogue.publish([template('t', 'before')]);
    expect((await catalogue.versions()).get('t')).toEqual([{ hash: 'before', since: undefined }]);
    for (let at = 0; at < 30; at++) await catalogue.publish([template('t', `v${at}`)]);
    const versions = (await catalogue.versions()).get('t') ?? [];
    expect(versions.map(({ hash }) => hash)).toEqual(
      Array.from({ length: 20 }, (_, at) => `v${29 - at}`),
    );
  });
});
