import { expect, test } from '@jest/globals';
import { effectiveConfig } from '../../src/cli/serve.js';
import { loadConfig } from '../../src/config.js';

const SECRETS = {
  GENESYS_CLOUD_CLIENT_ID: 'the-client-id',
  GENESYS_CLOUD_CLIENT_SECRET: 'the-client-secret',
  NOTIFIER_SECRET: 'the-notifier-secret',
  API_KEYS: 'billing:the-api-key-of-billing,shop:the-api-key-of-shop',
  NOTIFY_ONLY_TO: 'someone@example.com',
  GENESYS_EMAIL_FROM: 'care@example.com',
};

function shown(env: Record<string, string>): Record<string, unknown> {
  const loaded = loadConfig(env, 'api');
  if (!loaded.ok) throw new Error('the test configures it wrongly');
  return effectiveConfig(loaded.config);
}

test('secrets and addresses are only said to be there', () => {
  const config = shown(SECRETS);
  const text = JSON.stringify(config);
  for (const value of [...Object.values(SECRETS), 'the-api-key']) {
    expect(text).not.toContain(value);
  }
  expect(config).toMatchObject({
    GENESYS_CLOUD_CLIENT_SECRET: 'set',
    API_KEYS: '2 set',
    NOTIFY_ONLY_TO: '1 set',
  });
});

test('defaults are shown, what is not set is not', () => {
  const config = shown({});
  expect(config).toMatchObject({ API_PORT: 3000, WORKER_CONCURRENCY: 50 });
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
