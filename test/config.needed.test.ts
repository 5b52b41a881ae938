import { describe, expect, test } from '@jest/globals';
import { loadConfig, type Role } from '../src/config.js';

const SECRET = 'a-secret-of-16-characters';
const KEY = 'billing:a-key-of-16-characters';
const LOGIN = { DASHBOARD_USER: 'ops', DASHBOARD_PASSWORD: 'twelve chars' };

/** What a worker for the default channels, web and email, cannot do without. */
const WORKER = {
  GENESYS_CLOUD_REGION: 'us-east-1',
  GENESYS_CLOUD_CLIENT_ID: 'client',
  GENESYS_CLOUD_CLIENT_SECRET: 'client-secret',
  GENESYS_WEB_DEPLOYMENT_ID: 'deployment',
  GENESYS_EMAIL_FROM: 'care@example.com',
};

function missing(env: Record<string, string>, role: Role): string[] {
  const loaded = loadConfig(env, role);
  return loaded.ok ? [] : loaded.problems.map(({ name }) => name).sort();
}

describe('what a role needs', () => {
  test('an api does without any Genesys setting', () => {
    expect(missing({}, 'api')).toEqual([]);
  });

  test.each(['worker', 'all'] as const)('a %s needs region, client and senders', (role) => {
    expect(missing({}, role)).toEqual(Object.keys(WORKER).sort());
    expect(missing(WORKER, role)).toEqual([]);
  });

  test.each(Object.keys(WORKER))(
    'a worker without %s does not start, and says which is missing',
    (name) => {
      const { [name as keyof typeof WORKER]: _left, ...rest } = WORKER;
      expect(missing(rest, 'worker')).toEqual([name]);
    },
  );

  test('a base URL stands in for the region', () => {
    const { GENESYS_CLOUD_REGION: _left, ...rest } = WORKER;
    expect(missing({ ...rest, GENESYS_CLOUD_BASE_URL: 'http://127.0.0.1:1' }, 'worker')).toEqual(
      [],
    );
  });

  test.each([
    ['web', ['GENESYS_WEB_DEPLOYMENT_ID']],
    ['email', ['GENESYS_EMAIL_FROM']],
    ['sms', ['GENESYS_SMS_FROM']],
    ['engage', ['GENESYS_EMAIL_FROM', 'GENESYS_ENGAGE_URL']],
    ['email,sms', ['GENESYS_EMAIL_FROM', 'GENESYS_SMS_FROM']],
  ])('the channels %s need %j', (channels, names) => {
    const { GENESYS_WEB_DEPLOYMENT_ID: _web, GENESYS_EMAIL_FROM: _email, ...rest } = WORKER;
    expect(missing({ ...rest, NOTIFY_CHANNELS: channels }, 'worker')).toEqual(names);
  });
});

describe('quiet hours', () => {
  test.each(['api', 'worker'] as const)(
    'need the zone of recipients whose own is not known, also in the role %s',
    (role) => {
      const env = { ...WORKER, QUIET_HOURS: '21:00-08:00' };
      expect(missing(env, role)).toEqual(['QUIET_TIME_ZONE']);
      expect(missing({ ...env, QUIET_TIME_ZONE: 'Europe/Berlin' }, role)).toEqual([]);
    },
  );
});

describe('off loopback', () => {
  test.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])(
    'an api on %s is left alone',
    (host) => {
      expect(missing({ API_HOST: host }, 'api')).toEqual([]);
    },
  );

  test.each([
    '0.0.0.0',
    '::',
    '10.0.0.5',
    'api.internal',
    '127.0.0.1.example.com',
    '127.example.com',
  ])('an api on %s needs keys, a secret and a login to its dashboard', (host) => {
    expect(missing({ API_HOST: host }, 'api')).toEqual([
      'API_KEYS',
      'DASHBOARD_PASSWORD',
      'DASHBOARD_USER',
      'NOTIFIER_SECRET',
    ]);
    expect(missing({ API_HOST: host, API_KEYS: ',' }, 'api')).toContain('API_KEYS');
    const safe = { API_HOST: host, API_KEYS: KEY, NOTIFIER_SECRET: SECRET, ...LOGIN };
    expect(missing(safe, 'api')).toEqual([]);
  });

  test.each(['DASHBOARD_USER', 'DASHBOARD_PASSWORD'] as const)(
    'half a login, %s alone, is no login: on loopback too',
    (name) => {
      const [other] = Object.keys(LOGIN).filter((key) => key !== name);
      expect(missing({ [name]: LOGIN[name] }, 'api')).toEqual([other]);
    },
  );

  test('a worker serves no api, so API_HOST asks nothing of it', () => {
    expect(missing({ ...WORKER, API_HOST: '0.0.0.0' }, 'worker')).toEqual([]);
  });

  test.each([
    'redis://redis.internal:6379',
    'redis://127.0.0.1.example.com',
    'redis://127.0.0.1:7000,redis://127.0.0.1:7001',
    'redis+sentinel://127.0.0.1:26379/main',
  ])('a Redis at %s needs a secret, in every role', (url) => {
    for (const role of ['api', 'worker', 'all'] as const) {
      expect(missing({ ...WORKER, REDIS_URL: url }, role)).toEqual(['NOTIFIER_SECRET']);
      expect(missing({ ...WORKER, REDIS_URL: url, NOTIFIER_SECRET: SECRET }, role)).toEqual([]);
    }
  });

  test.each(['redis://localhost', 'redis://[::1]:6379', 'rediss://:pass@127.0.0.1:6380/2'])(
    'a Redis at %s needs none',
    (url) => {
      expect(missing({ REDIS_URL: url }, 'api')).toEqual([]);
    },
  );
});
