import { describe, expect, test } from '@jest/globals';
import { describeRedisFault, NEEDS_A_CHANGE } from '../../src/redis/redisFault.js';
import { judgeServer } from '../../src/redis/serverInfo.js';
import { pageAt } from '../support/pages.js';
import type { ServerName } from '../support/redis.js';
import { TRIED } from '../topology/support/tried.js';

const SERVERS: Readonly<Record<string, ServerName>> = {
  'Redis 7.0': 'redis-7',
  'Redis 8.0': 'redis-8',
  'Valkey 8.1': 'valkey-8',
};

/** The cells of each row of a table, between the lines that begin with `| <first> |` and the next empty one. */
function rowsBelow(first: string): string[][] {
  const { text } = pageAt('docs/reliability.md');
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith(`| ${first} |`));
  const rest = lines.slice(head);
  const rows = rest.slice(0, rest.indexOf(''));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/reliability.md', () => {
  test('says of each topology on which servers npm run test:redis tries it, and of no other', () => {
    const [head = [], , ...rows] = rowsBelow('topology');
    const tried = rows.map(([topology = '', ...cells]) => [
      Object.keys(TRIED).find((known) => topology.startsWith(known)),
      cells.flatMap((cell, n) => (cell === 'tried' ? [SERVERS[head[n + 1] ?? '']] : [])),
    ]);
    expect(Object.fromEntries(tried)).toEqual(TRIED);
  });

  test('names all that is refused at the start, with the sentence for it', () => {
    const said = rowsBelow('what').map(([, sentence]) => sentence);
    const refused = [
      judgeServer('redis_version:6.0.16'),
      judgeServer('maxmemory_policy:allkeys-lru'),
    ].map((check) => (check.ok ? 'accepted' : check.problem));
    const faults = [...NEEDS_A_CHANGE].map((kind) => describeRedisFault({ kind }));
    expect(said.slice(2).sort()).toEqual([...refused, ...faults].sort());
  });
});
