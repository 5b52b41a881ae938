import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { freshPrefix, testRedisUrl } from '../support/redis.js';
import { type Environment, environmentFor, run } from './support/command.js';

let sandbox: Sandbox;
let environment: Environment;

beforeAll(async () => {
  sandbox = await startSandbox({ requestsPerMinute: 0, generatedCustomers: 0 });
  const parts = { redisUrl: testRedisUrl(), sandboxUrl: sandbox.url };
  environment = {
    ...environmentFor({ ...parts, prefix: freshPrefix() }),
    GENESYS_REQUESTS_PER_MINUTE: '300',
  };
});

afterAll(() => sandbox.close());

describe('notifier doctor', () => {
  test('says what it costs, then a line for each thing, and exits with 0', async () => {
    const { code, stdout } = await run(['doctor'], environment);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^This asks Genesys Cloud 13 times \(of 300 a minute\)/);
    expect(stdout).toMatch(/^ok +OAuth client +lets us in$/m);
    expect(stdout).toMatch(/^ok +Permission +sending email: conversation:agentlessEmail:send/m);
    // The Redis of the tests keeps nothing.
    expect(stdout).toMatch(/^warning +Redis persistence .*\n +→ CONFIG SET appendonly yes/m);
    expect(stdout).not.toMatch(/^failed/m);
  });

  test('exits with 1 when something has failed, and says what to click', async () => {
    const wrong = { ...environment, GENESYS_CLOUD_CLIENT_SECRET: 'marker-secret' };
    const { code, stdout, stderr } = await run(['doctor'], wrong);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed +OAuth client +refused.*\n +→ Admin › Integrations › OAuth/m);
    expect(stdout + stderr).not.toContain('marker-secret');
  });

  test('with --json prints one document', async () => {
    const { code, stdout } = await run(['doctor', '--json'], environment);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      cost: { requests: 13, allowance: 300 },
      findings: expect.arrayContaining([
        { check: 'deployment', status: 'ok', detail: expect.any(String) },
      ]),
    });
  });

  test('with --explore says what that may cost, then what it found', async () => {
    const { code, stdout } = await run(['doctor', '--explore'], environment);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Exploring takes up to \d+ requests more/m);
    expect(stdout).toMatch(/^ok +Explored +analytics job: works, \d+ a page/m);
    expect(stdout.indexOf('Exploring takes')).toBeLessThan(stdout.indexOf('analytics job'));
  });

  test('exits with 78 when the configuration is wrong, naming each variable', async () => {
    const { code, stdout } = await run(['doctor'], {
      ...environment,
      API_PORT: 'x',
      NOTIFY_X: '1',
    });
    expect(code).toBe(78);
    expect(stdout).toMatch(/^failed +Configuration +API_PORT$/m);
    expect(stdout).toMatch(/^failed +Configuration +NOTIFY_X$/m);
  });
});
