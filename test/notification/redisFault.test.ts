import { describe, expect, test } from '@jest/globals';
import {
  describeRedisFault,
  needsAChange,
  type RedisFaultKind,
  redisFaultOf,
} from '../../src/redis/redisFault.js';

/** As ioredis makes them of what Redis answers. */
function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

function system(code: string): Error {
  return Object.assign(new Error(`connect ${code} 10.0.0.1:6379`), { code });
}

const REPLIES: [message: string, kind: RedisFaultKind][] = [
  ['WRONGPASS invalid username-password pair or user is disabled.', 'credentials'],
  ['NOAUTH Authentication required.', 'credentials'],
  ["NOPERM User worker has no permissions to run the 'evalsha' command", 'permission'],
  ['NOPERM No permissions to access a key', 'permission'],
  ['MOVED 3999 127.0.0.1:6381', 'cluster_node'],
  ['ASK 3999 127.0.0.1:6381', 'cluster_node'],
  ["CROSSSLOT Keys in request don't hash to the same slot", 'cluster_node'],
  ['READONLY You can’t write against a read only replica.', 'read_only'],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'full'],
  [
    'ERR Error running script (call to f_1a2b): @user_script:12: @user_script: 12: -OOM command not allowed when used memory > maxmemory',
    'full',
  ],
  ['ERR Error running script (call to f_1a2b): @user_script:3: -READONLY no writes', 'read_only'],
  ['LOADING Redis is loading the dataset in memory', 'loading'],
  ['BUSY Redis is busy running a script.', 'busy_script'],
  ['MISCONF Redis is configured to save RDB snapshots', 'disk'],
  ['NOREPLICAS Not enough good replicas to write.', 'replicas_missing'],
  ['CLUSTERDOWN The cluster is down', 'failing_over'],
  ['MASTERDOWN Link with MASTER is down', 'failing_over'],
  ['ERR max number of clients reached', 'too_many_clients'],
  ['ERR DB index is out of range', 'no_such_database'],
  ["ERR unknown command 'EVALSHA', with args beginning with: 'secret'", 'command_missing'],
];

describe('an error of Redis', () => {
  test.each(REPLIES)('%s is known by its kind: %s', (message, kind) => {
    expect(redisFaultOf(reply(message))?.kind).toBe(kind);
  });

  test('of a transaction in a cluster names itself as the one before it, and is known all the same', () => {
    const error = new Error(
      'Too many Cluster redirections. Last error: Error: Connection is closed.',
    );
    Object.assign(error, { previousErrors: [error, error] });
    expect(redisFaultOf(error)).toEqual({ kind: 'failing_over', detail: undefined });
    const first = Object.assign(new Error('Command timed out'), { lastNodeError: error });
    Object.assign(error, { lastNodeError: first });
    expect(redisFaultOf(first)?.kind).toBe('failing_over');
    expect(redisFaultOf(Object.assign(new Error('a defect'), { previousErrors: [] }))).toBe(
      undefined,
    );
  });

  test.each(['ECONNREFUSED', 'ETIMEDOUT', 'ENOTFOUND', 'ECONNRESET', 'EAI_AGAIN'])(
    'of a connection (%s) says that it cannot be reached',
    (code) => {
      expect(redisFaultOf(system(code))).toEqual({ kind: 'away', detail: code });
    },
  );

  test.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
    'of a certificate (%s) says so',
    (code) => {
      expect(redisFaultOf(system(code))?.kind).toBe('certificate');
    },
  );

  test('keeps its kind when it is wrapped, and lies under a transaction or a cluster', () => {
    const cause = reply('OOM command not allowed');
    expect(redisFaultOf(Object.assign(reply('EXECABORT x'), { previousErrors: [cause] }))).toEqual({
      kind: 'full',
    });
    expect(
      redisFaultOf(Object.assign(new Error('all failed'), { lastNodeError: reply('NOAUTH x') }))
        ?.kind,
    ).toBe('credentials');
  });

  test('names the command that is not allowed, and never an argument', () => {
    const fault = redisFaultOf(
      reply("NOPERM User worker has no permissions to run the 'config|get' command"),
    );
    expect(fault).toEqual({ kind: 'permission', detail: 'CONFIG|GET' });
    const missing = redisFaultOf(reply("ERR unknown command 'SET', with args beginning with: 'a'"));
    expect(missing).toEqual({ kind: 'command_missing', detail: 'SET' });
    expect(describeRedisFault({ kind: 'permission', detail: 'CONFIG|GET' })).toContain(
      '(CONFIG|GET)',
    );
  });

  test.each([
    new TypeError('x is undefined'),
    Object.assign(new Error('listen EADDRINUSE: address already in use'), { code: 'EADDRINUSE' }),
    Object.assign(new Error('no such file'), { code: 'ENOENT' }),
    reply('WRONGTYPE Operation against a key holding the wrong kind of value'),
    undefined,
    'text',
  ])('is distinguished from a defect (%#)', (error) => {
    expect(redisFaultOf(error)).toBeUndefined();
  });

  test('needs a change where waiting cannot help, and is waited for elsewhere', () => {
    const waits = ['away', 'loading', 'full', 'read_only', 'busy_script', 'disk'] as const;
    const ends = ['credentials', 'permission', 'cluster_node', 'certificate'] as const;
    expect(waits.filter((kind) => needsAChange({ kind }))).toEqual([]);
    expect(ends.filter((kind) => needsAChange({ kind }))).toEqual([...ends]);
  });
});
