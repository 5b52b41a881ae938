import { describe, expect, test } from '@jest/globals';
import { describeProblems, loadConfig } from '../src/config.js';
import { CHANNELS } from '../src/notification/state.js';

/** A value that means nothing anywhere, to be found again if a message repeats it. */
const NONSENSE = 'xq?;zebra';

/** For each setting that can be malformed: what is expected, and values that are not that. */
const MALFORMED: Record<string, { expected: RegExp; values: string[] }> = {
  REDIS_URL: {
    expected: /redis:\/\/host:6379/,
    values: ['localhost:6379', 'http://127.0.0.1', 'redis://', 'redis://h:99999', 'redis://a b'],
  },
  QUEUE_PREFIX: { expected: /\{hash-tag\}/, values: ['notifier', '{}', '{a}{b}', '{a b}', '{a'] },
  GENESYS_CLOUD_REGION: { expected: /one of us-east-1/, values: ['us-east-3'] },
  GENESYS_CLOUD_BASE_URL: {
    expected: /an http or https URL/,
    values: ['gateway.example.com', 'ftp://x', 'https://u:p@x', 'https://x/?a=b', 'https://x/#y'],
  },
  GENESYS_ENGAGE_URL: { expected: /an http or https URL/, values: ['engage', 'redis://x'] },
  GENESYS_REQUESTS_PER_MINUTE: {
    expected: /a whole number from 1 to/,
    values: ['0', '-1', '1.5', '1e3', '1000001', ' 5'],
  },
  GENESYS_EMAIL_FROM: { expected: /an email address/, values: ['care', 'care@', 'A <a@b.de>'] },
  GENESYS_EMAIL_FROM_NAME: { expected: /at most 200/, values: ['n'.repeat(201)] },
  GENESYS_EMAIL_REPLY_TO: { expected: /an email address/, values: ['@example.com'] },
  GENESYS_SMS_FROM: { expected: /E\.164/, values: ['15550100123', '+0155501', '+1 555 0100'] },
  NOTIFY_CHANNELS: {
    expected: /web|each channel once/,
    values: ['fax', 'web,fax', 'web,web', ',', 'WEB'],
  },
  DEFAULT_COUNTRY: { expected: /two letters/, values: ['Germany', 'XX', '49'] },
  NOTIFY_ONLY_TO: {
    expected: /addresses, @domains, E\.164 numbers or contact ids/,
    values: ['example.com', 'qa@example.com,someone', ',', '@'],
  },
  FREQUENCY_CAP: {
    expected: /a number of 1 to 1000 and a span/,
    values: ['0/7d', '2', '2/0d', '2/7', '2/367d', 'urgent:2/7d', '1/1d,2/7d', '1001/1d', '2/7d,'],
  },
  PLUS_ADDRESSES: { expected: /distinct or same/, values: ['on', 'Same'] },
  NOTIFIER_SECRET: {
    expected: /at least 16 characters/,
    values: ['short', 'k1:short', 'k1:a-secret-of-16-characters,k1:another-of-16-characters'],
  },
  DELIVERY_CHECK_AFTER: { expected: /a duration with a unit/, values: ['60'] },
  DELIVERY_EVENTS: { expected: /auto or off/, values: ['on', 'Auto'] },
  QUOTE_CUSTOMERS: { expected: /on or off/, values: ['yes', 'Off'] },
  ACTIVE_CONVERSATION: { expected: /defer or next-channel/, values: ['skip', 'Defer'] },
  QUIET_HOURS: {
    expected: /hours such as 21:00-08:00/,
    values: ['9pm-8am', '21-8', '21:00-21:00', '00:00-24:00', 'Mo 21:00-08:00'],
  },
  QUIET_HOLIDAYS: { expected: /a file of dates.*ENOENT/, values: ['/no/such/holidays.txt'] },
  QUIET_TIME_ZONE: {
    expected: /an IANA time zone/,
    values: ['Europe/Atlantis', 'CET+1', '+02:00', 'Berlin'],
  },
  QUIET_HOURS_FOR: { expected: /campaign or all/, values: ['transactional', 'none'] },
  QUIET_HOURS_PAST_DEADLINE: { expected: /expire or send/, values: ['wait', 'drop'] },
  RECENT_CONVERSATION: {
    expected: /such as skip:48h or defer:4h/,
    values: ['48h', 'skip', 'skip:0h', 'defer:32d', 'wait:4h', 'defer:4'],
  },
  BAD_ENDING: { expected: /skip or off/, values: ['on', 'defer'] },
  CHECKPOINT_MAX_AGE: { expected: /a duration/, values: ['1', '0s'] },
  IDENTITY_CACHE_FOR: { expected: /a duration with a unit/, values: ['10', '0'] },
  CONTEXT_CACHE_FOR: { expected: /a duration with a unit/, values: ['5', 'off'] },
  LEDGER_RETENTION: { expected: /a duration/, values: ['30', '0d'] },
  REQUEST_RETENTION: { expected: /a duration/, values: ['seven days', '0h'] },
  SEARCH_RETENTION: { expected: /a duration/, values: ['a week', '91d', '0'] },
  EVENTS_RETENTION: { expected: /a duration/, values: ['a week', '91d', '1m'] },
  EVENTS_MAX: { expected: /a whole number/, values: ['999', 'many'] },
  CAMPAIGN_RETENTION: { expected: /a duration/, values: ['30', '0s', 'a month'] },
  CAMPAIGN_MAX_FAILURE_SHARE: {
    expected: /a share above 0 and up to 1/,
    values: ['0', '1.5', '50%', '-0.1', 'half'],
  },
  CAMPAIGN_MAX_UNKNOWN: { expected: /a whole number from 1 to/, values: ['0', 'few'] },
  BACKLOG_MAX: { expected: /a whole number from 1 to/, values: ['0', '100000001', 'many'] },
  HISTORY_LOOKBACK_DAYS: { expected: /a whole number from 1 to 366/, values: ['0', '367', '31d'] },
  HISTORY_TRANSCRIPT_SOURCE: {
    expected: /messages, recordings or summaries/,
    values: ['recording', 'Messages', 'messages,recordings'],
  },
  WORKER_CONCURRENCY: { expected: /a whole number from 1 to/, values: ['0', '1001'] },
  API_PORT: { expected: /a whole number from 0 to 65535/, values: ['65536', '-1', 'http'] },
  API_KEYS: {
    expected: /name:key pairs/,
    values: [
      'only-a-key-of-16-characters',
      'a:short',
      'a b:0123456789abcdef',
      'a:0123456789abcdef,b',
    ],
  },
  HEALTH_PORT: { expected: /a whole number from 0 to 65535/, values: ['65536', 'on'] },
  LOG_LEVEL: { expected: /info, debug/, values: ['verbose', 'INFO'] },
};

describe('a malformed value', () => {
  test.each(Object.entries(MALFORMED))(
    'of %s is refused with its name and what was expected',
    (name, { expected, values }) => {
      for (const value of values) {
        const loaded = loadConfig({ [name]: value }, 'api');
        expect({ value, loaded }).toEqual({
          value,
          loaded: { ok: false, problems: [{ name, expected: expect.stringMatching(expected) }] },
        });
      }
    },
  );

  test('is never repeated, since a mistyped secret is still a secret', () => {
    // A name of 200 characters may be anything, so it needs a longer one.
    const wrong = Object.keys(MALFORMED).map((name) => [name, NONSENSE.repeat(30)]);
    const loaded = loadConfig(Object.fromEntries(wrong), 'all');
    if (loaded.ok) throw new Error('nonsense was accepted');
    expect(describeProblems(loaded.problems)).not.toContain('zebra');
    expect(JSON.stringify(loaded.problems)).not.toContain('zebra');
  });

  test('of a Redis URL that no URL parser takes is refused, not thrown with its password', () => {
    const loaded = loadConfig({ REDIS_URL: 'redis://:zebra#1@redis.internal' }, 'worker');
    expect(loaded).toMatchObject({ ok: false });
    expect(JSON.stringify(loaded)).not.toContain('zebra');
  });
});

describe('several problems', () => {
  test('are reported all at once: wrong, unknown and missing', () => {
    const env = { API_PORT: 'x', LOG_LEVEL: 'x', GENESYS_REGION: 'us-east-1', API_HOST: '0.0.0.0' };
    const loaded = loadConfig(env, 'all');
    if (loaded.ok) throw new Error('accepted');
    expect(loaded.problems.map(({ name }) => name).sort()).toEqual([
      'API_KEYS',
      'API_PORT',
      'DASHBOARD_PASSWORD',
      'DASHBOARD_USER',
      'GENESYS_CLOUD_CLIENT_ID',
      'GENESYS_CLOUD_CLIENT_SECRET',
      'GENESYS_CLOUD_REGION',
      'GENESYS_EMAIL_FROM',
      'GENESYS_REGION',
      'GENESYS_WEB_DEPLOYMENT_ID',
      'LOG_LEVEL',
      'NOTIFIER_SECRET',
    ]);
  });

  test('name each setting once: a wrong value is not missing as well', () => {
    const env = { GENESYS_CLOUD_REGION: 'nowhere', GENESYS_EMAIL_FROM: 'x', NOTIFIER_SECRET: 'x' };
    const loaded = loadConfig({ ...env, REDIS_URL: 'redis://redis.internal' }, 'worker');
    if (loaded.ok) throw new Error('accepted');
    const names = loaded.problems.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(Object.keys(env)));
  });

  test('a wrong list of channels does not make us guess which senders are missing', () => {
    const env = { NOTIFY_CHANNELS: 'smss', GENESYS_CLOUD_REGION: 'us-east-1' };
    const loaded = loadConfig({ ...env, GENESYS_CLOUD_CLIENT_ID: 'c' }, 'worker');
    if (loaded.ok) throw new Error('accepted');
    expect(loaded.problems.map(({ name }) => name)).toEqual([
      'NOTIFY_CHANNELS',
      'GENESYS_CLOUD_CLIENT_SECRET',
    ]);
    expect(loaded.problems[0]?.expected).toContain(CHANNELS.join(', '));
  });

  test('read as one line each', () => {
    const problems = [
      { name: 'API_PORT', expected: 'a port' },
      { name: 'LOG_LEVEL', expected: 'a level' },
    ];
    expect(describeProblems(problems)).toBe(
      '  API_PORT: expected a port\n  LOG_LEVEL: expected a level',
    );
  });
});
