import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { openSuppressions } from '../../src/app/openSuppressions.js';
import { loadConfig } from '../../src/config.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { run } from './support/command.js';

const prefix = freshPrefix();
const environment = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix };
const redis = new Redis(testRedisUrl());

beforeAll(async () => {
  const loaded = loadConfig(environment, 'api');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  await redis.ping();
  await openSuppressions(loaded.config, redis).add(
    { field: 'email', address: 'dana@example.com' },
    { channels: 'all', source: 'import', author: 'api:crm', at: Date.now() },
  );
});

afterAll(async () => {
  await redis.quit();
  await flushPrefix(prefix);
});

describe('notifier policy check', () => {
  test('says rule by rule what policy says, and exits with 3 where a message is skipped', async () => {
    const asked = ['policy', 'check', '--to', 'Dana@Example.com', '--channels', 'email'];
    const { code, stdout } = await run(asked, environment);
    expect([code, stdout]).toEqual([
      3,
      expect.stringMatching(
        /^A transactional notification now: skipped \(suppressed\)\nemail: skipped \(suppressed\)\n( {2}\w+: allowed\. .*\n)+ {2}suppressed: skipped \(suppressed\)\. An entry .* source import, by api:crm/,
      ),
    ]);
    const json = await run([...asked, '--json'], environment);
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict: 'skip', reason: 'suppressed' });
  });

  test('exits with 0 where a message may go out', async () => {
    const asked = ['policy', 'check', '--phone', '+441632960961', '--priority', 'campaign'];
    const { code, stdout } = await run(asked, environment);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^A campaign notification now: allowed\n/),
    ]);
  });

  test('names the options that are wrong, and exits with 2', async () => {
    const { code, stderr } = await run(['policy', 'check', '--to', 'no address'], environment);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--to (recipient.email)')]);
    const none = await run(['policy', 'check'], environment);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--to, --contact')]);
  });
});
