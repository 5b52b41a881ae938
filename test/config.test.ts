import { describe, expect, test } from '@jest/globals';
import { type Config, describeProblems, loadConfig, type Role } from '../src/config.js';

const REGIONS = [
  ['us_east_1', 'mypurecloud.com'],
  ['eu_west_1', 'mypurecloud.ie'],
  ['ap_southeast_2', 'mypurecloud.com.au'],
  ['ap_northeast_1', 'mypurecloud.jp'],
  ['eu_central_1', 'mypurecloud.de'],
  ['us_west_2', 'usw2.pure.cloud'],
  ['ca_central_1', 'cac1.pure.cloud'],
  ['ap_northeast_2', 'apne2.pure.cloud'],
  ['eu_west_2', 'euw2.pure.cloud'],
  ['ap_south_1', 'aps1.pure.cloud'],
  ['us_east_2', 'use2.us-gov-pure.cloud'],
  ['sa_east_1', 'sae1.pure.cloud'],
  ['me_central_1', 'mec1.pure.cloud'],
  ['ap_northeast_3', 'apne3.pure.cloud'],
  ['eu_central_2', 'euc2.pure.cloud'],
  ['mx_central_1', 'mxc1.pure.cloud'],
  ['ap_southeast_1', 'apse1.pure.cloud'],
  ['eusc_de_east_1', 'edee1.eusc-pure.cloud'],
] as const;

/** What a worker for the default channels cannot do without. */
const WORKER = {
  GENESYS_CLOUD_REGION: 'us-east-1',
  GENESYS_CLOUD_CLIENT_ID: 'client',
  GENESYS_CLOUD_CLIENT_SECRET: 'client-secret',
  GENESYS_WEB_DEPLOYMENT_ID: 'deployment',
  GENESYS_EMAIL_FROM: 'care@example.com',
};

function configOf(env: Record<string, string | undefined>, role: Role = 'api'): Config {
  const loaded = loadConfig(env, role);
  if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
  return loaded.config;
}

function problemsOf(env: Record<string, string | undefined>, role: Role = 'api') {
  const loaded = loadConfig(env, role);
  return loaded.ok ? [] : loaded.problems;
}

function namesOf(env: Record<string, string | undefined>, role: Role = 'api'): string[] {
  return problemsOf(env, role).map(({ name }) => name);
}

describe('the configuration', () => {
  test('has these defaults, and what has none is left out', () => {
    expect(configOf({})).toEqual({
      REDIS_URL: 'redis://127.0.0.1:6379',
      OIDC_ROLE_CLAIM: 'roles',
      OIDC_SCOPES: 'openid profile',
      QUEUE_PREFIX: '{notifier}',
      GENESYS_REQUESTS_PER_MINUTE: 300,
      NOTIFY_CHANNELS: ['web', 'email'],
      DELIVERY_CHECK_AFTER: 60_000,
      DELIVERY_EVENTS: 'auto',
      ACTIVE_CONVERSATION: 'defer',
      PLUS_ADDRESSES: 'distinct',
      QUIET_HOURS_FOR: 'campaign',
      QUIET_HOURS_PAST_DEADLINE: 'expire',
      BAD_ENDING: 'off',
      CHECKPOINT_MAX_AGE: 3_600_000,
      IDENTITY_CACHE_FOR: 600_000,
      CONTEXT_CACHE_FOR: 300_000,
      LEDGER_RETENTION: 30 * 86_400_000,
      REQUEST_RETENTION: 7 * 86_400_000,
      SEARCH_RETENTION: 7 * 86_400_000,
      EVENTS_RETENTION: 7 * 86_400_000,
      EVENTS_MAX: 2_000_000,
      WEBHOOKS_ALLOW_PRIVATE: 'off',
      BACKLOG_MAX: 100_000,
      CAMPAIGN_RETENTION: 30 * 86_400_000,
      CAMPAIGN_MAX_FAILURE_SHARE: 0.5,
      CAMPAIGN_MAX_UNKNOWN: 20,
      HISTORY_LOOKBACK_DAYS: 31,
      HISTORY_TRANSCRIPT_SOURCE: 'messages',
      UNKNOWN_POLICY: { transactional: 'hold', campaign: 'hold' },
      RECONCILE_AFTER: [20_000, 120_000, 600_000, 3_600_000],
      WORKER_CONCURRENCY: 50,
      API_HOST: '127.0.0.1',
      API_PORT: 3_000,
      API_KEYS: [],
      API_REQUESTS_PER_MINUTE: 6_000,
      AUDIT_RETENTION: 400 * 24 * 60 * 60 * 1_000,
      DASHBOARD_ACTIONS: 'off',
      QUOTE_CUSTOMERS: 'on',
      LOG_LEVEL: 'info',
    });
  });

  test('counts an empty value as left out', () => {
    const empty = {
      HEALTH_PORT: '',
      NOTIFY_ONLY_TO: '',
      API_PORT: '',
      GENESYS_SMS_FROM: undefined,
    };
    expect(configOf(empty)).toEqual(configOf({}));
    expect(namesOf({ ...WORKER, GENESYS_CLOUD_CLIENT_SECRET: '' }, 'worker')).toEqual([
      'GENESYS_CLOUD_CLIENT_SECRET',
    ]);
  });

  test('takes no notice of what belongs to other programs', () => {
    expect(configOf({ PATH: '/bin', NODE_ENV: 'test', NOTIFIER: 'x' })).toEqual(configOf({}));
  });

  test.each([
    ['GENESYS_CLOUD_REGOIN', 'us-east-1'],
    ['GENESYS_TIMEOUT', '5s'],
    ['NOTIFY_CHANNEL', 'web'],
  ])('refuses %s, which no setting is called', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([
      { name, expected: expect.stringContaining('no such setting') },
    ]);
  });

  test.each([
    [
      'API_KEYS',
      'a:0123456789abcdef, b:fedcba9876543210',
      [
        { name: 'a', key: '0123456789abcdef' },
        { name: 'b', key: 'fedcba9876543210' },
      ],
    ],
    ['NOTIFY_CHANNELS', ' sms ,engage', ['sms', 'engage']],
    ['DEFAULT_COUNTRY', 'gb', 'GB'],
    ['FREQUENCY_CAP', '2/7d', { campaign: { places: 2, spanMs: 604_800_000 } }],
    [
      'FREQUENCY_CAP',
      'campaign:2/24h, transactional:10/30m',
      {
        campaign: { places: 2, spanMs: 86_400_000 },
        transactional: { places: 10, spanMs: 1_800_000 },
      },
    ],
    ['GENESYS_SMS_FROM', '+1 (555) 010-0199', '+15550100199'],
    [
      'NOTIFY_ONLY_TO',
      '+44 (0)7700 900123, @Müller.example',
      ['+447700900123', '@xn--mller-kva.example'],
    ],
    ['NOTIFY_ONLY_TO', 'QA@Example.com,@Example.org', ['qa@example.com', '@example.org']],
    [
      'GENESYS_CLOUD_BASE_URL',
      'https://gateway.example.com/genesys/',
      'https://gateway.example.com/genesys',
    ],
    ['HEALTH_PORT', '0', 0],
    ['QUEUE_PREFIX', 'eu{shop-1}', 'eu{shop-1}'],
  ] as const)('reads %s as %s', (name, text, value) => {
    expect(configOf({ [name]: text })[name]).toEqual(value);
  });
});

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['60s', 60_000],
    ['1.5m', 90_000],
    ['24h', 86_400_000],
    ['30d', 2_592_000_000],
    ['0s', 0],
  ])('%s is %i ms', (text, ms) => {
    expect(configOf({ DELIVERY_CHECK_AFTER: text }).DELIVERY_CHECK_AFTER).toBe(ms);
  });

  test('are whole milliseconds, which is all that Redis takes', () => {
    expect(configOf({ LEDGER_RETENTION: '1.0005s' }).LEDGER_RETENTION).toBe(1_001);
  });

  const names = [
    'DELIVERY_CHECK_AFTER',
    'CHECKPOINT_MAX_AGE',
    'LEDGER_RETENTION',
    'REQUEST_RETENTION',
    'CAMPAIGN_RETENTION',
  ];
  test.each(names)('%s needs a unit', (name) => {
    for (const text of ['60', '60 s', '-1s', '1w', 's', '1h30m', `${'9'.repeat(400)}d`, '3651d']) {
      expect(problemsOf({ [name]: text })).toEqual([
        { name, expected: expect.stringContaining('a duration') },
      ]);
    }
  });

  test.each(names.slice(1))('%s of no time at all is refused', (name) => {
    expect(namesOf({ [name]: '0s' })).toEqual([name]);
    expect(namesOf({ [name]: '999ms' })).toEqual([name]);
  });
});

describe('regions', () => {
  test.each(REGIONS)('%s (%s) is known by each of its names', (region, host) => {
    const dashed = region.replaceAll('_', '-');
    const spellings = [
      region,
      dashed,
      dashed.toUpperCase(),
      host,
      `api.${host}`,
      `https://login.${host}/`,
    ];
    for (const spelling of spellings) {
      expect(configOf({ GENESYS_CLOUD_REGION: spelling }).GENESYS_CLOUD_REGION).toBe(spelling);
    }
  });

  test.each(['us-east-9', 'mypurecloud.example', 'useast1'])(
    '%s is refused with the list',
    (text) => {
      const [problem, ...others] = problemsOf({ GENESYS_CLOUD_REGION: text });
      expect(others).toEqual([]);
      expect(problem?.name).toBe('GENESYS_CLOUD_REGION');
      for (const [region, host] of REGIONS) {
        expect(problem?.expected).toContain(`${region.replaceAll('_', '-')} (${host})`);
      }
    },
  );
});
