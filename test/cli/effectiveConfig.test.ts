import { expect, test } from '@jest/globals';
import { loadConfig, SETTING_NAMES } from '../../src/config.js';
import { effectiveConfig, effectiveSettings } from '../../src/effectiveSettings.js';
import { SECRET_NAMES, SECRET_SETTINGS } from '../support/secretSettings.js';

function shown(env: Record<string, string>): Record<string, unknown> {
  const loaded = loadConfig(env, 'api');
  if (!loaded.ok) throw new Error('the test configures it wrongly');
  return effectiveConfig(loaded.config);
}

test.each(SECRET_NAMES)('%s is only said to be there', (name) => {
  const value = SECRET_SETTINGS[name];
  const config = shown(SECRET_SETTINGS);
  const expected = {
    NOTIFY_ONLY_TO: '2 set',
    API_KEYS: '2 set',
    REDIS_URL: 'redis://127.0.0.1:6379',
  };
  expect(config[name]).toBe({ ...expected }[name as keyof typeof expected] ?? 'set');
  for (const part of [value, ...value.split(/[:,/@]/).filter((word) => word.length > 11)]) {
    expect(JSON.stringify({ ...config, QUEUE_PREFIX: '' })).not.toContain(part);
  }
});

test('settings that are no secret are shown as they are', () => {
  const env = {
    QUEUE_PREFIX: '{n}',
    GENESYS_CLOUD_REGION: 'us-east-1',
    GENESYS_CLOUD_BASE_URL: 'https://gateway.example.com',
    GENESYS_ENGAGE_URL: 'https://engage.example.com',
    GENESYS_WEB_DEPLOYMENT_ID: 'a-deployment',
    NOTIFY_CHANNELS: 'web,sms',
    DEFAULT_COUNTRY: 'GB',
    ACTIVE_CONVERSATION: 'next-channel',
    CONTEXT_CACHE_FOR: '5m',
    CAMPAIGN_INBOX_DIR: '/inbox',
    CAMPAIGN_MAX_FAILURE_SHARE: '0.25',
    HISTORY_TRANSCRIPT_SOURCE: 'recordings',
    API_HOST: 'localhost',
    DASHBOARD_ACTIONS: 'on',
    TEMPLATES_DIR: '/templates',
    LOG_LEVEL: 'debug',
  };
  expect(shown(env)).toMatchObject({
    ...env,
    NOTIFY_CHANNELS: ['web', 'sms'],
    DEFAULT_COUNTRY: expect.anything(),
    CONTEXT_CACHE_FOR: 300_000,
    CAMPAIGN_MAX_FAILURE_SHARE: 0.25,
  });
});

test('defaults are shown, what is not set is not', () => {
  const config = shown({});
  expect(config).toMatchObject({ API_PORT: 3000, WORKER_CONCURRENCY: 50, API_KEYS: '0 set' });
  expect(config).not.toHaveProperty('NOTIFIER_SECRET');
});

test.each([
  ['redis://:p%40ss@redis.internal:6379/0', 'redis://redis.internal:6379/0'],
  ['redis://u:p@ss@redis.internal:6379', 'redis://redis.internal:6379'],
  ['redis://u:one@a:6379,redis://u:two@b:6379', 'redis://a:6379,redis://b:6379'],
  ['redis+sentinel://u:pass@a:26379,b:26379/main', 'redis+sentinel://a:26379,b:26379/main'],
  ['redis://redis.internal:6379?password=pass', 'redis://redis.internal:6379'],
])('%s is shown without credentials', (url, expected) => {
  expect(shown({ REDIS_URL: url, NOTIFIER_SECRET: 'a-secret-of-16-characters' })).toMatchObject({
    REDIS_URL: expected,
  });
});

test('every setting is shown as one would write it, with whether it is the default', () => {
  const env = {
    ...SECRET_SETTINGS,
    NOTIFY_CHANNELS: 'sms,email',
    GENESYS_SMS_FROM: '+4930123456',
    DELIVERY_CHECK_AFTER: '90s',
    CONTEXT_CACHE_FOR: '0s',
    LEDGER_RETENTION: '30d',
    REQUEST_RETENTION: '36h',
  };
  const loaded = loadConfig(env, 'api');
  if (!loaded.ok) throw new Error('the test configures it wrongly');
  const settings = effectiveSettings(loaded.config);
  expect(settings.map(({ name }) => name)).toEqual(SETTING_NAMES);
  expect(settings.every(({ meaning }) => meaning !== '')).toBe(true);
  const of = (name: string) => {
    const { value, isDefault } = settings.find((each) => each.name === name) ?? {};
    return [value, isDefault];
  };
  expect(of('NOTIFY_CHANNELS')).toEqual(['sms,email', false]);
  expect(of('DELIVERY_CHECK_AFTER')).toEqual(['90s', false]);
  expect(of('CONTEXT_CACHE_FOR')).toEqual(['0s', false]);
  expect(of('LEDGER_RETENTION')).toEqual(['30d', true]);
  expect(of('REQUEST_RETENTION')).toEqual(['36h', false]);
  expect(of('GENESYS_CLOUD_REGION')).toEqual([undefined, true]);
  expect(of('GENESYS_SMS_FROM')).toEqual(['set', false]);
  expect(of('WORKER_CONCURRENCY')).toEqual(['50', true]);
  for (const name of SECRET_NAMES) expect(of(name)[0]).not.toBe(SECRET_SETTINGS[name]);
});
