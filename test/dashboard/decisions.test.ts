import { describe, expect, test } from '@jest/globals';
import { startTestApi, stopApisAfterEach, type TestApi } from '../api/support/api.js';
import { givenUnknowns } from '../api/support/unknowns.js';
import { LOGIN, Visitor } from './support/visitor.js';

stopApisAfterEach();

async function withUnknowns(ids: readonly string[]): Promise<{ api: TestApi; ops: Visitor }> {
  const api = await startTestApi(LOGIN);
  await givenUnknowns(api, ids);
  return { api, ops: await Visitor.loggedIn(api) };
}

const ticked = (ids: readonly string[], outcome: string): [string, string][] => [
  ...ids.map((id): [string, string] => ['id', id]),
  ['outcome', outcome],
];

describe('the list of what waits for a person', () => {
  test('shows whom each was for, masked, and goes on beyond a page', async () => {
    const ids = Array.from({ length: 102 }, (_, at) => `n${String(at).padStart(3, '0')}`);
    const { ops } = await withUnknowns(ids);
    const first = await (await ops.open('/notifications')).text();
    expect(first.match(/type="checkbox"/g)).toHaveLength(100);
    expect(first).toContain('d•••@e•••.com');
    expect(first).not.toContain('dana@');
    const next = /href="(\/notifications\?after=[^"]+)">Next page/.exec(first)?.[1] ?? '';
    const second = await (await ops.open(next.replace('&#38;', '&'))).text();
    expect(second.match(/type="checkbox"/g)).toHaveLength(2);
    expect(second).toMatch(/n100[\s\S]*n101/);
  });

  test('decides what is ticked; who decides second is shown what stands', async () => {
    const { api, ops } = await withUnknowns(['a', 'b', 'c']);
    const first = await ops.submit('/notifications/resolve', ticked(['a', 'b'], 'not_sent'));
    expect(await first.text()).toMatch(/failed \(resolved_not_sent\)[\s\S]*Try these 2 again/);
    const second = await ops.submit('/notifications/resolve', ticked(['a', 'c'], 'sent'));
    expect(await second.text()).toMatch(
      /not changed: it was failed \(resolved_not_sent\) already[\s\S]*by ops[\s\S]*sent \(resolved_sent\)/,
    );
    const states = ['a', 'b', 'c'].map((id) => api.call('GET', `/v1/notifications/${id}`));
    const bodies = (await Promise.all(states)).map(({ body }) => body['state']);
    expect(bodies).toEqual(['failed', 'failed', 'sent']);
  });

  test('decides all of one kind, without a tick for each', async () => {
    const { ops } = await withUnknowns(['a', 'b', 'c']);
    const page = await (await ops.open('/notifications?reason=worker_lost')).text();
    expect(page).toContain('All of this kind were not sent');
    const form = [['reason', 'worker_lost'], ...ticked([], 'sent')] as [string, string][];
    const answer = await (await ops.submit('/notifications/resolve', form)).text();
    expect(answer.match(/sent \(resolved_sent\)/g)).toHaveLength(3);
    expect(answer).not.toContain('again');
  });

  test('retries after not sent, and never what may have arrived', async () => {
    const { ops } = await withUnknowns(['a', 'b']);
    await ops.submit('/notifications/a/resolve', { outcome: 'not_sent' });
    expect(await (await ops.open('/notifications/a')).text()).toContain('Try it again');
    const form: [string, string][] = [
      ['id', 'a'],
      ['id', 'b'],
    ];
    const answer = await (await ops.submit('/notifications/retry', form)).text();
    expect(answer).toMatch(/>a<\/a>: Queued again[\s\S]*>b<\/a>: It is unknown: a message may/);
    const refused = await ops.submit('/notifications/b/retry', {});
    expect(refused.status).toBe(409);
  });

  test('takes back as many of the longest ids as it can have offered', async () => {
    const { ops } = await withUnknowns([]);
    const ids = Array.from({ length: 1_000 }, (_, at) => String(at).padStart(128, 'x'));
    for (const path of ['/notifications/resolve', '/notifications/retry']) {
      const answer = await ops.submit(path, ticked(ids, 'sent'));
      expect([path, answer.status]).toEqual([path, 200]);
    }
  });

  test.each(['/notifications/resolve', '/notifications/retry', '/notifications/a/retry'])(
    '%s does nothing for a page of another site, or without ids',
    async (path) => {
      const { api, ops } = await withUnknowns(['a']);
      const origin = { origin: 'https://elsewhere.example' };
      const foreign = await ops.submit(path, ticked(['a'], 'sent'), origin);
      expect(foreign.status).toBe(403);
      await ops.submit(path, ticked([], 'sent'));
      const { body } = await api.call('GET', '/v1/notifications/a');
      expect(body['state']).toBe('unknown');
    },
  );
});
