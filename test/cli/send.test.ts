import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { NotificationProducer } from '../../src/queue/producer.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { Command, type Ended, type Environment, environmentFor, run } from './support/command.js';

const UUID = /^[0-9a-f-]{36}$/;
const HOUR_MS = 3_600_000;

const prefix = freshPrefix();
let sandbox: Sandbox;
let environment: Environment;
let worker: Command;

beforeAll(async () => {
  sandbox = await startSandbox({ requestsPerMinute: 0, deliveryDelayMs: 50, indexingLagMs: 0 });
  environment = environmentFor({ redisUrl: testRedisUrl(), prefix, sandboxUrl: sandbox.url });
  worker = new Command(['worker'], environment);
  await worker.says(/"msg":"ready"/);
});

afterAll(async () => {
  worker.signal('SIGTERM');
  await worker.end();
  await sandbox.close();
  await flushPrefix(prefix);
});

function send(...args: string[]): Promise<Ended> {
  return run(['send', '--template', 'follow-up', ...args], environment);
}

/** The states printed, each line's second column. */
function statesIn(stdout: string): (string | undefined)[] {
  return stdout
    .split('\n')
    .filter((line) => /^\d{4}-/.test(line))
    .map((line) => line.split(/\s+/)[1]);
}

describe('notifier send', () => {
  test('prints the id and nothing else once the notification is accepted', async () => {
    const { code, stdout, stderr } = await send('--to', 'customer@example.com');
    expect(code).toBe(0);
    expect(stdout.trim()).toMatch(UUID);
    expect(stderr).toBe('');
  });

  test('accepts the same id and request again, and says that it is not sent again', async () => {
    await send('--to', 'customer@example.com', '--id', 'again');
    const { code, stdout, stderr } = await send('--to', 'customer@example.com', '--id', 'again');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'again\n' });
    expect(stderr).toContain('not sent again');
  });

  test('refuses an id that is in use for a different request', async () => {
    await send('--to', 'customer@example.com', '--id', 'taken');
    const { code, stdout, stderr } = await send('--to', 'offline@example.com', '--id', 'taken');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('taken');
  });

  test('names every wrong field at once, by option and field', async () => {
    const { code, stderr } = await send(
      ...['--to', 'nobody', '--channels', 'pigeon', '--id', 'a b', '--deadline', 'soon'],
    );
    expect(code).toBe(2);
    for (const option of ['--to', '--channels', '--id', '--deadline']) {
      expect(stderr).toMatch(new RegExp(`^ {2}${option} \\(.*\\): expected`, 'm'));
    }
  });

  test('names the known templates when there is none of that name', async () => {
    const { code, stderr } = await send('--to', 'customer@example.com', '--template', 'nonesuch');
    expect(code).toBe(2);
    expect(stderr).toMatch(/--template \(template\): .*follow-up/);
  });

  test('gives the id to retry with when Redis is away', async () => {
    const args = ['send', '--template', 'follow-up', '--to', 'customer@example.com'];
    const away = { ...environment, REDIS_URL: 'redis://127.0.0.1:1' };
    const { code, stdout, stderr } = await run(args, away);
    expect(code).toBe(7);
    expect(stdout.trim()).toMatch(UUID);
    expect(stderr).toContain(`--id ${stdout.trim()}`);
  });
});

describe('notifier send --wait', () => {
  test('tells each step once and exits with 0 when it arrived', async () => {
    const { code, stdout } = await send('--to', 'customer@example.com', '--wait');
    expect(code).toBe(0);
    // A worker may be quicker than the note that the job is in its queue.
    const states = statesIn(stdout).filter((state) => state !== 'queued');
    expect(states).toEqual(['accepted', 'processing', 'sending', 'sent', 'delivered']);
  });

  test('goes on over a message that did not arrive, to the next channel', async () => {
    const { code, stdout } = await send('--to', 'offline@example.com', '--wait');
    expect(code).toBe(0);
    expect(stdout).toMatch(/undelivered +web/);
    expect(stdout.trimEnd()).toMatch(/sent +email$/);
  });

  test('exits with 3 and the reason when it is skipped', async () => {
    const { code, stdout } = await send('--to', 'newcomer@example.com', '--wait');
    expect(code).toBe(3);
    expect(stdout.trimEnd()).toMatch(/skipped +no_history$/);
  });

  test('exits with 4 when it did not arrive', async () => {
    const { code, stdout } = await send('--contact', WELL_KNOWN.unreachable.id, '--wait');
    expect(code).toBe(4);
    expect(statesIn(stdout).at(-1)).toBe('undelivered');
  });

  test('exits with 5 when it may have been sent', async () => {
    sandbox.faults.define({ endpoint: 'agentless-email', kind: '500-after' });
    const { code, stderr } = await send(
      '--to',
      'card@example.com',
      '--channels',
      'email',
      '--wait',
    );
    expect(code).toBe(5);
    expect(stderr).toContain('a person has to decide');
  });

  test('judges times by the clock of Redis where the machine’s clock is wrong by 25 hours', async () => {
    const shifted = `--import=${fileURLToPath(new URL('../support/shiftedClock.mjs', import.meta.url))}`;
    const sendShifted = (hours: number, ...args: string[]) =>
      run(['send', '--template', 'follow-up', '--to', 'customer@example.com', ...args], {
        ...environment,
        NODE_OPTIONS: shifted,
        CLOCK_SHIFT_MS: String(hours * HOUR_MS),
      });
    const at = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
    const soon = ['--deadline', at(1)];
    const over = ['--deadline', at(-1)];
    expect(await sendShifted(25, ...soon)).toMatchObject({ code: 0, stderr: '' });
    expect(await sendShifted(25, ...soon, '--dry-run')).toMatchObject({ code: 0 });
    for (const args of [over, [...over, '--dry-run']]) {
      const { code, stderr } = await sendShifted(-25, ...args);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining('a time in the future'),
      });
    }
  });

  test('exits with 6 when it is cancelled meanwhile', async () => {
    const producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix });
    const later = new Date(Date.now() + HOUR_MS).toISOString();
    const args = ['--to', 'customer@example.com', '--id', 'cancelled', '--send-at', later];
    const command = new Command(
      ['send', '--template', 'follow-up', ...args, '--wait'],
      environment,
    );
    try {
      await command.says(/queued/);
      expect(await producer.cancel('cancelled')).toEqual({ cancelled: true });
      expect(await command.end()).toBe(6);
    } finally {
      await producer.close();
    }
  });

  test('stops following at Ctrl-C, with 130; the notification goes on', async () => {
    const later = new Date(Date.now() + HOUR_MS).toISOString();
    const args = ['--to', 'customer@example.com', '--id', 'left', '--send-at', later, '--wait'];
    const command = new Command(['send', '--template', 'follow-up', ...args], environment);
    await command.says(/queued/);
    command.signal('SIGINT');
    expect(await command.end()).toBe(130);
    expect(command.stderr).toContain('left goes on');
  });

  test('with --json prints one document, the notification as it ended', async () => {
    const { code, stdout } = await send('--to', 'customer@example.com', '--wait', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'delivered', channel: 'web' });
  });

  test('with --json prints one document for a refused request too', async () => {
    const { code, stdout } = await send('--to', 'nobody', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: 'invalid_request',
      problems: [{ field: 'recipient.email' }],
    });
  });
});
