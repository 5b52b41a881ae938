import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { DncImports } from '../../src/consent/dncImports.js';
import { type Cost, type DoctorRun, runDoctor } from '../../src/doctor/doctor.js';
import type { Check } from '../../src/doctor/finding.js';
import { environmentFor } from '../cli/support/command.js';
import { workerLives } from '../support/fleet.js';
import { freshPrefix, type PrivateRedis, startPrivateRedis } from '../support/redis.js';

let sandbox: Sandbox;
let redis: PrivateRedis;
let env: Record<string, string | undefined>;

beforeAll(async () => {
  sandbox = await startSandbox({ requestsPerMinute: 0, generatedCustomers: 0 });
  redis = await startPrivateRedis({ args: ['--appendonly', 'yes'] });
});

beforeEach(async () => {
  sandbox.reset();
  // A prefix for each test: a 429 closes the gate for all tests that share it.
  const prefix = freshPrefix();
  env = {
    ...environmentFor({ redisUrl: redis.url, sandboxUrl: sandbox.url, prefix }),
    // The best that every Redis has: what an older one lacks is no fault of a deployment that is content.
    INTENT_DURABILITY: 'none',
  };
  const client = new Redis(redis.url);
  await workerLives(client, prefix);
  await client.quit();
  Object.assign(sandbox.settings, {
    permissions: null,
    verifiedEmailDomains: null,
    reportedRequestsPerMinute: 600_000,
  });
});

afterAll(async () => {
  await sandbox.close();
  await redis.stop();
});

function examined(changes: Record<string, string> = {}, announce: (cost: Cost) => void = () => {}) {
  return runDoctor({ ...env, ...changes }, announce);
}

/** What is not well, as `check: detail`. */
function complaints({ findings }: DoctorRun): string[] {
  return findings
    .filter(({ status }) => status !== 'ok')
    .map(({ check, status, detail }) => `${status} ${check}: ${detail}`);
}

function statusesOf({ findings }: DoctorRun, check: Check): string[] {
  return findings.filter((finding) => finding.check === check).map(({ status }) => status);
}

test('a Redis that is full is named, and everything else is looked at without waiting for it', async () => {
  const client = new Redis(redis.url);
  await client.config('SET', 'maxmemory', '1mb');
  try {
    const startedAt = performance.now();
    const examination = await examined();
    expect(performance.now() - startedAt).toBeLessThan(40_000);
    expect(statusesOf(examination, 'redis-memory')).toEqual(['failed']);
    expect(statusesOf(examination, 'permission')).not.toContain('failed');
    expect(statusesOf(examination, 'permission')).toContain('ok');
  } finally {
    await client.config('SET', 'maxmemory', '0');
    await client.quit();
  }
});

describe('the rate limit of the organisation', () => {
  test.each([
    [300, 'Set GENESYS_REQUESTS_PER_MINUTE to 300, or Genesys Cloud answers the rest with 429.'],
    [
      900_000,
      'Set GENESYS_REQUESTS_PER_MINUTE to 900000, unless other programs use the same OAuth client.',
    ],
  ])('is named when it is %i and not what is configured', async (limit, remedy) => {
    sandbox.settings.reportedRequestsPerMinute = limit;
    const { findings } = await examined();
    expect(findings.filter(({ check }) => check === 'rate-limit')).toEqual([
      {
        check: 'rate-limit',
        status: 'warning',
        detail: `${limit} requests a minute, GENESYS_REQUESTS_PER_MINUTE is 600000`,
        remedy,
      },
    ]);
  });
});

describe('a healthy deployment', () => {
  test('has nothing to complain about, and each thing is looked at', async () => {
    const examination = await examined();
    expect(complaints(examination)).toEqual([]);
    expect(new Set(examination.findings.map(({ check }) => check)).size).toBe(20);
  });

  test('costs exactly the requests that were announced, and they are announced before', async () => {
    let announced: Cost | undefined;
    let askedBefore: number | undefined;
    await examined(
      { NOTIFY_CHANNELS: 'web,email,sms', GENESYS_SMS_FROM: '+15550100999' },
      (cost) => {
        announced = cost;
        askedBefore = sandbox.requests.count();
      },
    );
    expect(askedBefore).toBe(0);
    const counted = sandbox.requests.list().filter(({ client }) => client !== null);
    expect(counted).toHaveLength(announced?.requests ?? 0);
    expect(announced).toEqual({ requests: 14, allowance: 600_000 });
  });

  test('is left as it was: nothing is delivered, and no key is written but that of its slots', async () => {
    await examined({
      NOTIFY_CHANNELS: 'web,email,sms,engage',
      GENESYS_SMS_FROM: '+15550100999',
      GENESYS_ENGAGE_URL: sandbox.url,
    });
    expect(sandbox.deliveries.total).toBe(0);
    const client = new Redis(redis.url);
    const keys = await client.keys('*');
    expect(keys.filter((key) => !/:(budget|workers|workers:seen)$/.test(key))).toEqual([]);
    client.disconnect();
    const sends = sandbox.requests
      .list()
      .filter(({ operation }) => /^agentless|^engage/.test(operation));
    expect(sends).toHaveLength(4);
    expect(sends.filter(({ status }) => status === 200 || status === 202)).toEqual([]);
  });

  test('asks for nothing that its channels and templates do not need', async () => {
    await examined({ NOTIFY_CHANNELS: 'email', DELIVERY_CHECK_AFTER: '0s' });
    const asked = new Set(sandbox.requests.list().map(({ operation }) => operation));
    expect(asked).not.toContain('agentless-message');
    expect(asked).not.toContain('message-details');
    expect(asked).not.toContain('web-deployment');
    expect(asked).not.toContain('recordings');
  });

  test('asks for recordings where transcripts come from them', async () => {
    const permissions = ['conversation:message:view', 'conversation:message:create'];
    const source = { HISTORY_TRANSCRIPT_SOURCE: 'recordings' };
    expect(complaints(await examined(source))).toEqual([]);
    expect(sandbox.requests.count('recordings')).toBe(1);
    Object.assign(sandbox.settings, { permissions });
    expect(complaints(await examined(source)).join()).toMatch(
      /reading recordings: the OAuth client lacks recording:recording:view/,
    );
  });
});

describe('summaries', () => {
  test('are asked for where they are used, and a permission that is missing is a warning', async () => {
    const source = { HISTORY_TRANSCRIPT_SOURCE: 'summaries' };
    expect(complaints(await examined(source))).toEqual([]);
    expect(sandbox.requests.count('summaries')).toBe(1);
    const permissions = ['conversation:message:view', 'conversation:message:create'];
    Object.assign(sandbox.settings, { permissions });
    const { findings } = await examined(source);
    expect(findings).toContainEqual(
      expect.objectContaining({
        status: 'warning',
        detail: expect.stringMatching(
          /AI summaries: the OAuth client lacks conversation:summary:view/,
        ),
      }),
    );
  });
});

describe('DNC lists', () => {
  const DAY_MS = 24 * 60 * 60 * 1_000;

  async function imported(id: string, at: number): Promise<void> {
    const client = new Redis(redis.url);
    await new DncImports(client, env['QUEUE_PREFIX'] ?? '').note(id, { at, rows: 1, rejected: 0 });
    await client.quit();
  }

  test('that were never imported are named, and what imports them', async () => {
    sandbox.addDncList({ name: 'Do not call', entries: [{ address: '+15550100111' }] });
    sandbox.addDncList({ name: 'National register', dncSourceType: 'gryphon' });
    const { findings } = await examined();
    expect(findings.filter(({ check }) => check === 'dnc-lists')).toEqual([
      {
        check: 'dnc-lists',
        status: 'warning',
        detail: 'never imported: Do not call (1 of 1)',
        remedy: expect.stringContaining('notifier suppression import-dnc'),
      },
    ]);
  });

  test('that were imported are well, with the day; after a month they want it again', async () => {
    const { id } = sandbox.addDncList({ name: 'Do not call' });
    const lists = async () =>
      complaints(await examined()).filter((line) => line.includes('dnc-lists'));
    await imported(id, Date.now());
    const day = new Date().toISOString().slice(0, 10);
    expect(await lists()).toEqual([]);
    await imported(id, Date.now() - 31 * DAY_MS);
    const [line] = await lists();
    expect(line).toMatch(/^warning dnc-lists: 1 imported, .* on \d{4}-\d\d-\d\d$/);
    expect(line).not.toContain(day);
  });

  test('that the client may not see are a warning only', async () => {
    Object.assign(sandbox.settings, { permissions: ['externalContacts:contact:view'] });
    const lines = complaints(await examined()).filter((line) => line.includes('dnc-lists'));
    expect(lines).toEqual(['warning dnc-lists: not looked at: the OAuth client may not see them']);
  });
});

describe('a fault is found, with what to do about it', () => {
  const ALL = [
    'externalContacts:contact:view',
    'analytics:conversationDetail:view',
    'conversation:message:view',
    'conversation:message:create',
    'conversation:agentlessEmail:send',
    'webDeployments:deployment:view',
    'routing:email:manage',
    'externalContacts:export:view',
    'recording:recording:view',
    'outbound:dncList:view',
  ];
  const SENDER = /^webDeployments|^routing/;
  const PREFETCH = /^externalContacts:export|^recording/;

  test.each(ALL.slice(0, 5))('a client without %s', async (missing) => {
    Object.assign(sandbox.settings, { permissions: ALL.filter((name) => name !== missing) });
    const examination = await examined();
    const failures = examination.findings.filter(({ status }) => status === 'failed');
    expect(failures.length).toBeGreaterThan(0);
    for (const { check, detail, remedy } of failures) {
      expect(check).toBe('permission');
      expect(detail).toContain(`lacks ${missing.split(':')[0]}`);
      expect(detail + remedy).toContain(missing);
      expect(remedy).toContain('Admin ›');
    }
  });

  test('a client that may not look at deployments and domains is only warned', async () => {
    Object.assign(sandbox.settings, { permissions: ALL.filter((name) => !SENDER.test(name)) });
    const examination = await examined();
    expect(complaints(examination)).toEqual([
      'warning deployment: not checked: the OAuth client may not look',
      'warning sender-domain: not checked: the OAuth client may not look',
    ]);
  });

  test('a client that may not prefetch is only warned, and named what is done instead', async () => {
    Object.assign(sandbox.settings, { permissions: ALL.filter((name) => !PREFETCH.test(name)) });
    const lines = complaints(await examined());
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toMatch(
        /^warning permission: .* lacks .*; campaigns make single requests instead/,
      );
    }
    expect(lines.join()).toContain('externalContacts:export:view');
    expect(lines.join()).toContain('recording:recording:view');
  });

  test('a refused client: everything behind the login is skipped', async () => {
    const examination = await examined({ GENESYS_CLOUD_CLIENT_SECRET: 'wrong' });
    expect(complaints(examination)).toEqual([
      'failed credentials: refused (401 invalid_client)',
      'skipped rate-limit: the OAuth client is not let in',
      'skipped permission: the OAuth client is not let in',
      'skipped deployment: the OAuth client is not let in',
      'skipped sender-domain: the OAuth client is not let in',
      'skipped dnc-lists: the OAuth client is not let in',
    ]);
    expect(JSON.stringify(examination)).not.toContain('wrong');
  });

  test('a platform that is not there', async () => {
    const examination = await examined({ GENESYS_CLOUD_BASE_URL: 'http://127.0.0.1:1' });
    expect(complaints(examination)[0]).toBe(
      'failed region: 127.0.0.1:1 cannot be reached (ECONNREFUSED)',
    );
  });

  test('a base URL that serves something else', async () => {
    const elsewhere = await serve((_request, response) => response.writeHead(404).end('no'));
    const examination = await examined({ GENESYS_CLOUD_BASE_URL: elsewhere.url });
    elsewhere.close();
    expect(statusesOf(examination, 'credentials')).toEqual(['failed']);
  });

  test.each([
    ['contact-lookup', '403-other', 'failed', /refused \(403 not\.authorized\)/],
    ['contact-lookup', '429', 'warning', /pause of \d+ s/],
    ['agentless-email', '500-before', 'failed', /not found out, answered 500/],
    ['agentless-email', 'reset-before', 'failed', /not found out, no answer/],
    ['agentless-message', 'empty-2xx', 'ok', /sending web messages/],
    ['login', '500-before', 'failed', /not found out: not asked \(HTTP_500\)/],
  ] as const)('%s answering %s', async (endpoint, kind, status, detail) => {
    sandbox.faults.add({ endpoint, kind, count: 20 });
    const { findings } = await examined();
    const about = findings.filter((finding) => finding.detail.match(detail));
    expect(about.map((finding) => finding.status)).toContain(status);
  });

  test('a deployment that does not exist, or is no id', async () => {
    const other = 'd0000000-0000-4000-8000-00000000dead';
    expect(complaints(await examined({ GENESYS_WEB_DEPLOYMENT_ID: other }))).toEqual([
      `failed deployment: there is no ${other}`,
    ]);
    expect(complaints(await examined({ GENESYS_WEB_DEPLOYMENT_ID: 'my-site' }))).toEqual([
      'failed deployment: my-site is no deployment id',
    ]);
  });

  test('a sender domain that is not there, or not verified', async () => {
    sandbox.faults.add({ endpoint: 'email-domain', kind: '404' });
    expect(complaints(await examined())).toEqual([
      'failed sender-domain: example.com is not set up for outbound email',
    ]);
    Object.assign(sandbox.settings, { verifiedEmailDomains: ['other.example'] });
    expect(complaints(await examined())).toEqual([
      'failed sender-domain: example.com: CNAME is PENDING, DKIM is PENDING',
    ]);
  });

  test('a clock that is off by ten minutes', async () => {
    const late = await serve((_request, response) => {
      response.setHeader('date', new Date(Date.now() - 600_000).toUTCString());
      response.writeHead(401).end();
    });
    const { findings } = await examined({ GENESYS_CLOUD_BASE_URL: late.url });
    late.close();
    const found = findings.find(({ check, status }) => check === 'clock' && status === 'failed');
    expect(found?.detail).toMatch(/^(599|600|601)\.\d s ahead of Genesys Cloud's$/);
    expect(found?.remedy).toContain('NTP');
  });

  test('templates that cannot be used', async () => {
    const examination = await examined({ TEMPLATES_DIR: '/nowhere' });
    expect(complaints(examination)).toEqual([
      expect.stringMatching(/^failed templates: \/nowhere/),
    ]);
  });

  test('a configuration that is wrong: every variable, and nothing is asked', async () => {
    let announced = false;
    const examination = await examined({ API_PORT: 'x', NOTIFY_CHANNELS: 'fax' }, () => {
      announced = true;
    });
    expect(complaints(examination).map((line) => line.split(': ')[1])).toEqual([
      'NOTIFY_CHANNELS',
      'API_PORT',
    ]);
    expect(announced).toBe(false);
    expect(sandbox.requests.count()).toBe(0);
  });
});

async function serve(listener: Parameters<typeof createServer>[1]) {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
