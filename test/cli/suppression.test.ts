import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { type Environment, environmentFor, run } from './support/command.js';

let sandbox: Sandbox;
let folder: string;
let env: Environment;
const prefix = freshPrefix();

beforeAll(async () => {
  sandbox = await startSandbox({ requestsPerMinute: 0, generatedCustomers: 0 });
  folder = await mkdtemp(join(tmpdir(), 'suppression-'));
  env = environmentFor({ redisUrl: testRedisUrl(), sandboxUrl: sandbox.url, prefix });
});

beforeEach(() => sandbox.reset());

afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
  await flushPrefix(prefix);
});

const suppression = (...args: string[]) => run(['suppression', ...args], env);

describe('notifier suppression', () => {
  test('adds an address, shows it, and removes it', async () => {
    const added = await suppression('add', 'Ann@example.com', '--channels', 'web,email', '--json');
    expect(added.code).toBe(0);
    expect(JSON.parse(added.stdout)).toMatchObject({
      suppression: {
        channels: ['web', 'email'],
        source: 'person',
        author: expect.stringMatching(/^cli:/),
      },
    });
    const shown = await suppression('show', 'ann@example.com');
    expect([shown.code, shown.stdout]).toEqual([
      0,
      expect.stringMatching(/^It is suppressed: web, email/),
    ]);
    expect((await suppression('remove', 'ann@example.com')).code).toBe(0);
    expect((await suppression('show', 'ann@example.com')).code).toBe(1);
  });

  test('refuses what is no address, and options that cannot be read, by name', async () => {
    const ended = await suppression(
      'add',
      '*',
      '--channels',
      'fax',
      '--until',
      'soon',
      '--reason',
      'a@b.example',
    );
    expect(ended.code).toBe(2);
    for (const named of ['address:', '--channels:', '--until:', '--reason:']) {
      expect(ended.stderr).toContain(named);
    }
  });

  test('imports a file, exports the list as hashes, and imports that', async () => {
    const file = join(folder, 'stop.csv');
    await writeFile(file, 'email\ni1@example.com\ni2@example.com\nno address\n');
    const imported = await suppression('import', file, '--reason', 'List of May', '--json');
    expect(JSON.parse(imported.stdout)).toMatchObject({ rows: 2, added: 2, rejected: 1 });
    const out = join(folder, 'list.ndjson');
    expect((await suppression('export', '--out', out)).code).toBe(0);
    expect(await readFile(out, 'utf8')).not.toContain('example.com');
    const again = await suppression('import', out);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('2 were so already')]);
    const unusable = await suppression('import', join(folder, 'none.csv'));
    expect(unusable.code).toBe(2);
  });
});

describe('notifier suppression import-dnc', () => {
  test('imports the lists of the platform, and shows when', async () => {
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
    expect((await suppression('show', '+15550100171')).stdout).toContain('(import)');
    // Our token went to the platform, and not to the place of the file.
    expect(sandbox.downloads()).toMatchObject([{ kind: 'dnc-export', status: 200 }]);
    const listed = await suppression('import-dnc', '--list', 'Do not call');
    expect(listed.stdout).toMatch(/^Do not call \(.*\) {2}2 entries, imported \d{4}-/);
  }, 60_000);

  test('names the permission that is missing', async () => {
    sandbox.addDncList({ name: 'Do not call' });
    sandbox.settings.permissions = ['outbound:dncList:view'];
    const ended = await suppression('import-dnc', 'Do not call');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('the OAuth client lacks outbound:dnc:view');
    expect((await suppression('import-dnc', 'unknown')).code).toBe(2);
  });
});
