import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { openConsent } from '../../src/app/openConsent.js';
import { openProducer } from '../../src/app/openProducer.js';
import { loadConfig } from '../../src/config.js';
import type { Suppressions } from '../../src/consent/suppressions.js';
import type { NotificationProducer } from '../../src/queue/producer.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { type Environment, environmentFor, run } from './support/command.js';

/** Each command is a process of its own, and a busy machine takes half a minute for one. */
const PROCESSES_MS = 300_000;
const BY = { name: 'test', from: 'library' } as const;

let sandbox: Sandbox;
let folder: string;
let env: Environment;
let producer: NotificationProducer;
let suppressions: Suppressions;
const prefix = freshPrefix();

beforeAll(async () => {
  sandbox = await startSandbox({ requestsPerMinute: 0, generatedCustomers: 0 });
  folder = await mkdtemp(join(tmpdir(), 'suppression-'));
  env = environmentFor({ redisUrl: testRedisUrl(), sandboxUrl: sandbox.url, prefix });
  const loaded = loadConfig(env, 'api');
  if (!loaded.ok) throw new Error('the configuration of the test is wrong');
  producer = openProducer(loaded.config);
  suppressions = openConsent(loaded.config, producer);
});

beforeEach(() => sandbox.reset());

afterAll(async () => {
  await producer.close();
  await sandbox.close();
  await rm(folder, { recursive: true });
  await flushPrefix(prefix);
});

const suppression = (...args: string[]) => run(['suppression', ...args], env);
const email = (address: string) => ({ field: 'email', address }) as const;

describe('notifier suppression', () => {
  test(
    'adds an address, and removes it',
    async () => {
      const added = await suppression('add', 'Ann@Example.com', '--channels', 'web,email');
      expect([added.code, added.stdout]).toEqual([
        0,
        expect.stringMatching(/^Suppressed: web, email, by cli:/),
      ]);
      expect(await suppressions.find(email('ann@example.com'))).toMatchObject({
        channels: ['web', 'email'],
        source: 'person',
      });
      expect((await suppression('remove', 'ann@example.com')).code).toBe(0);
      expect(await suppressions.find(email('ann@example.com'))).toBeUndefined();
    },
    PROCESSES_MS,
  );

  test('refuses what is no address, and options that cannot be read, by name', async () => {
    const options = ['--channels', 'fax', '--until', 'soon', '--reason', 'a@b.example'];
    const ended = await suppression('add', '*', ...options);
    expect(ended.code).toBe(2);
    for (const named of ['address:', '--channels:', '--until:', '--reason:']) {
      expect(ended.stderr).toContain(named);
    }
  });

  test(
    'imports a file, and exports the list as hashes',
    async () => {
      const file = join(folder, 'stop.csv');
      await writeFile(file, 'email\ni1@example.com\ni2@example.com\nno address\n');
      const imported = await suppression('import', file, '--reason', 'List of May', '--json');
      expect(JSON.parse(imported.stdout)).toMatchObject({ rows: 2, added: 2, rejected: 1 });
      const out = join(folder, 'list.ndjson');
      expect((await suppression('export', '--out', out)).code).toBe(0);
      const text = await readFile(out, 'utf8');
      expect(text).toContain('List of May');
      expect(text).not.toContain('example.com');
    },
    PROCESSES_MS,
  );
});

describe('notifier suppression import-dnc', () => {
  test('imports the lists of the platform, and notes when', async () => {
    const { id } = sandbox.addDncList({
      name: 'Do not call',
      entries: [{ address: '+15550100171' }, { address: '+15550100172' }],
    });
    sandbox.addDncList({ name: 'National register', dncSourceType: 'gryphon' });
    const imported = await suppression('import-dnc', '--json');
    expect(imported.code).toBe(0);
    expect(JSON.parse(imported.stdout)).toMatchObject({
      lists: [
        { id, rows: 2, added: 2, rejected: 0 },
        { name: 'National register', error: 'not_importable' },
      ],
    });
    const phone = { field: 'phone', address: '+15550100171' } as const;
    expect(await suppressions.find(phone)).toMatchObject({ channels: 'all', source: 'import' });
    // Our token went to the platform, and not to the place of the file.
    expect(sandbox.downloads()).toMatchObject([{ kind: 'dnc-export', status: 200 }]);
    expect((await suppressions.dncImports()).get(id)).toMatchObject({ rows: 2, rejected: 0 });
    await suppressions.remove(phone, BY);
  });

  test('shows the lists, and imports none', async () => {
    sandbox.addDncList({ name: 'Do not call', entries: [{ address: '+15550100173' }] });
    const listed = await suppression('import-dnc', '--list');
    expect(listed.stdout).toMatch(/^Do not call \(.*\) {2}1 entry, never imported$/m);
    expect(sandbox.requests.count('dnc-export-start')).toBe(0);
  });

  test('names the permission that is missing', async () => {
    sandbox.addDncList({ name: 'Do not call' });
    sandbox.settings.permissions = ['outbound:dncList:view'];
    const ended = await suppression('import-dnc', 'Do not call');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('the OAuth client lacks outbound:dnc:view');
  });
});
