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

/** The hidden field of the form on a page that does its work once. */
async function once(page: Response): Promise<[string, string]> {
  return ['once', /name="once" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''];
}

/** All hidden fields of the form that decides everything of one kind. */
async function kindForm(page: Response): Promise<[string, string][]> {
  const text = await page.text();
  const form = text.slice(text.indexOf('Decide all'));
  const fields = form.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
  return [...fields].map(([, name = '', value = '']) => [name, value]);
}

const ticked = (ids: readonly string[], outcome: string): [string, string][] => [
  ...ids.map((id): [string, string] => ['id', id]),
  ['outcome', outcome],
];

describe('the list of what waits for a person', () => {
  test('shows whom each was for, masked, and goes on beyond a page', async () => {
    const ids = Array.from({ length: 102 }, (_, at) => `n${String(at).padStart(3, '0')}`);
    const { ops } = await withUnknowns(ids);
    const first = await (await ops.open('/notifications?state=unknown')).text();
    expect(first.match(/type="checkbox"/g)).toHaveLength(100);
    expect(first).toContain('d•••@e•••.com');
    expect(first).not.toContain('dana@');
    const next = /href="(\/notifications\?state=unknown[^"]+)">Look further/.exec(first)?.[1] ?? '';
    const second = await (await ops.open(next.replace('&#38;', '&'))).text();
    expect(second.match(/type="checkbox"/g)).toHaveLength(2);
    expect(second).toMatch(/n100[\s\S]*n101/);
  });

  test('says who finds out: Genesys Cloud, which is asked again, or a person', async () => {
    const { api, ops } = await withUnknowns(['a']);
    await givenUnknowns(api, ['b', 'c'], 1_000, {
      made: 1,
      since: Date.now(),
      nextAt: Date.now() + 510_000,
    });
    const text = (await (await ops.open('/notifications?state=unknown')).text()).replace(
      /<[^>]+>/g,
      '',
    );
    expect(text).toContain('Genesys Cloud is still asked for 2; 1 waits for a person.');
    expect(text.match(/Genesys Cloud is asked again \(in 8 min\)/g)).toHaveLength(2);
    expect(text.match(/A person decides: Genesys Cloud is not asked/g)).toHaveLength(1);
    const { body } = await api.call('GET', '/v1/notifications/b');
    expect(body['reconcile']).toMatchObject({ looks: 1, decides: 'platform' });
    const listed = await api.call('GET', '/v1/notifications?state=unknown');
    expect(listed.body['notifications']).toMatchObject([
      { id: 'a', reconcile: { looks: 0, decides: 'person' } },
      { id: 'b', reconcile: { decides: 'platform' } },
      { id: 'c', reconcile: { nextLookAt: expect.stringMatching(/Z$/) } },
    ]);
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

  test('decides all of one kind, without a tick for each; a second click is led to what the first did', async () => {
    const { api, ops } = await withUnknowns(['a', 'b', 'c']);
    const page = await ops.open('/notifications?state=unknown&reason=worker_lost');
    const form: [string, string][] = [
      ...(await kindForm(page)),
      ['looked', 'yes'],
      ['outcome', 'not_sent'],
    ];
    const [first, second] = await Promise.all([
      ops.submit('/notifications/resolve', form),
      ops.submit('/notifications/resolve', form),
    ]);
    expect([first.status, second.status]).toEqual([303, 303]);
    const location = first.headers.get('location') ?? '';
    expect(second.headers.get('location')).toBe(location);
    const list = await (await ops.open(location)).text();
    expect(list).toContain('3 were decided as not sent');
    for (const id of ['a', 'b', 'c']) {
      const { body } = await api.call('GET', `/v1/notifications/${id}`);
      expect(body).toMatchObject({ state: 'failed', reason: 'resolved_not_sent' });
      expect(list).toContain(`href="/notifications/${id}"`);
    }
  });

  test('decides nothing of a kind for who does not say that they have looked', async () => {
    const { api, ops } = await withUnknowns(['a']);
    const page = await ops.open('/notifications?state=unknown&reason=worker_lost');
    const form: [string, string][] = [...(await kindForm(page)), ['outcome', 'sent']];
    expect((await ops.submit('/notifications/resolve', form)).status).toBe(409);
    expect((await api.call('GET', '/v1/notifications/a')).body['state']).toBe('unknown');
  });

  test('decides none that became unknown after the page was shown: no person has looked at it', async () => {
    const { api, ops } = await withUnknowns(['seen']);
    const page = await ops.open('/notifications?state=unknown&reason=worker_lost');
    await givenUnknowns(api, ['later'], Date.now() + 60_000);
    const form = await kindForm(page);
    const answer = await ops.submit('/notifications/resolve', [
      ...form,
      ['looked', 'yes'],
      ['outcome', 'not_sent'],
    ]);
    expect(answer.status).toBe(303);
    const states = ['seen', 'later'].map((id) => api.call('GET', `/v1/notifications/${id}`));
    const bodies = (await Promise.all(states)).map(({ body }) => body['state']);
    expect(bodies).toEqual(['failed', 'unknown']);
  });

  test.each([
    ['does not say when it was shown', (form: Map<string, string>) => form.delete('shownAt')],
    ['has a filter that cannot be read', (form: Map<string, string>) => form.set('to', 'soon')],
  ])('decides nothing by a form of a kind that %s', async (_what, spoil) => {
    const { api, ops } = await withUnknowns(['a']);
    const page = await ops.open('/notifications?state=unknown&reason=worker_lost');
    const form = new Map([...(await kindForm(page)), ['looked', 'yes'], ['outcome', 'sent']]);
    spoil(form);
    expect((await ops.submit('/notifications/resolve', [...form])).status).toBe(409);
    expect((await api.call('GET', '/v1/notifications/a')).body['state']).toBe('unknown');
  });

  test('says of what kinds they are, with links to each', async () => {
    const { ops } = await withUnknowns(['a', 'b']);
    const page = await (await ops.open('/notifications?state=unknown')).text();
    expect(page).toContain('Its worker ended or froze before the answer was recorded.');
    expect(page).toContain('/notifications?state=unknown&#38;reason=worker_lost&#38;channel=web');
    expect(page).not.toContain('All of this kind');
  });

  test('retries after not sent, and never what may have arrived', async () => {
    const { api, ops } = await withUnknowns(['a', 'b']);
    await ops.submit('/notifications/a/resolve', { outcome: 'not_sent' });
    const page = await ops.open('/notifications/a');
    const field = await once(page);
    const form: [string, string][] = [field, ['id', 'a'], ['id', 'b']];
    const answer = await ops.submit('/notifications/retry', form);
    const list = await (await ops.open(answer.headers.get('location') ?? '')).text();
    expect(list).toMatch(/1 were queued again\. 1 were not: .*a message may have reached/);
    const refused = await ops.submit('/notifications/b/retry', { once: 'y'.repeat(22) });
    expect(refused.status).toBe(409);
    expect((await api.call('GET', '/v1/notifications/b')).body['state']).toBe('unknown');
  });

  test('cancels what waits, and says when it is too late', async () => {
    const { api, ops } = await withUnknowns(['a']);
    await api.post({ recipient: { email: 'dana@example.com' }, template: 'follow-up', id: 'w' });
    expect(await (await ops.open('/notifications/w')).text()).toContain('Cancel it');
    for (const _again of [1, 2]) {
      expect((await ops.submit('/notifications/w/cancel', {})).status).toBe(303);
    }
    expect((await api.call('GET', '/v1/notifications/w')).body['state']).toBe('cancelled');
    expect((await ops.submit('/notifications/a/cancel', {})).status).toBe(409);
  });

  test('takes back as many of the longest ids as it can have offered', async () => {
    const { ops } = await withUnknowns([]);
    const ids = Array.from({ length: 1_000 }, (_, at) => String(at).padStart(128, 'x'));
    const field: [string, string] = ['once', 'x'.repeat(22)];
    for (const [path, status] of [
      ['/notifications/resolve', 200],
      ['/notifications/retry', 303],
    ] as const) {
      const answer = await ops.submit(path, [field, ...ticked(ids, 'sent')]);
      expect([path, answer.status]).toEqual([path, status]);
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
