import { describe, expect, test } from '@jest/globals';
import { leadsOf } from '../../src/dashboard/notifications/searchQuery.js';
import { REQUEST, startTestApi, stopApisAfterEach } from '../api/support/api.js';
import { givenUnknowns } from '../api/support/unknowns.js';
import { LOGIN, Visitor } from './support/visitor.js';

stopApisAfterEach();

async function withPages(env: Record<string, string> = {}) {
  const api = await startTestApi({ ...LOGIN, ...env });
  const ops = await Visitor.loggedIn(api);
  return {
    api,
    ops,
    read: async (path: string) => (await ops.open(path)).text(),
    find: (what: string) => ops.submit('/notifications/find', { what }),
  };
}

describe('the pages on which notifications are found', () => {
  test('lead from an id, a row, an address or a phone number to the one that there is', async () => {
    const { api, find } = await withPages({ DEFAULT_COUNTRY: 'GB' });
    const recipient = { email: 'dana@example.com', phone: '+441632960961' };
    await api.post({ ...REQUEST, id: 'autumn.14', recipient });
    for (const what of [
      'autumn.14',
      ' autumn 14 ',
      'autumn, row 14',
      'Dana@Example.com',
      '01632 960961',
    ]) {
      const answer = await find(what);
      expect([what, answer.status, answer.headers.get('location')]).toEqual([
        what,
        303,
        '/notifications/autumn.14',
      ]);
    }
    expect(api.logged.join('')).not.toMatch(/dana@|960961|Dana@/);
  });

  test('list all of a recipient, masked, and say what else to try where there is none', async () => {
    const { api, find } = await withPages();
    for (const id of ['one', 'two']) {
      await api.post({ ...REQUEST, id, recipient: { email: 'dana@example.com' } });
    }
    const both = await (await find('dana@example.com')).text();
    expect(both).toMatch(/2 notifications[\s\S]*\/notifications\/two[\s\S]*\/notifications\/one/);
    expect(both).toContain('d•••@e•••.com');
    expect(both).not.toContain('dana@');
    const none = await find('nothing@example.com');
    expect(none.status).toBe(200);
    const text = await none.text();
    expect(text).toContain('No notification fits');
    expect(text).not.toContain('nothing@');
  });

  test('show what came of notifications by filters that a link can carry, and say what is empty', async () => {
    const { api, ops, read } = await withPages();
    expect(await read('/notifications')).toContain('No notification has come to something yet');
    for (const id of ['a', 'b']) await api.post({ ...REQUEST, id, campaignId: 'autumn' });
    await ops.submit('/notifications/a/cancel', {});
    const all = await read('/notifications');
    expect(all).toContain('href="/notifications/a"');
    expect(all).not.toContain('href="/notifications/b"');
    const none = await read('/notifications?state=failed&reason=%3Ci%3E&from=2026-01-01T00:00');
    expect(none).not.toContain('<i>');
    expect(none).toContain('Nothing that is kept fits these filters');
    expect(none).toMatch(/<option value="failed" selected>[\s\S]*value="2026-01-01T00:00"/);
    expect(await read('/notifications?state=cancelled&channel=fax')).toContain(
      'There is no such channel.',
    );
  });

  test('name what waits for a decision, and show it by its kinds', async () => {
    const { api, read } = await withPages();
    await givenUnknowns(api, ['u1', 'u2']);
    expect(await read('/notifications')).toContain('2 notifications are unknown');
    const page = await read('/notifications?state=unknown');
    expect(page).toContain('each may or may not have been sent');
    expect(page).toMatch(/u1[\s\S]*u2/);
  });

  test('find by ids alone where searches are off, and say so', async () => {
    const { api, read, find } = await withPages({ SEARCH_RETENTION: '0s' });
    await api.post({ ...REQUEST, id: 'one' });
    expect(await read('/notifications')).toContain('Searches are off');
    expect((await find('one')).status).toBe(303);
    expect(await (await find(REQUEST.recipient.email)).text()).toContain('No notification fits');
  });
});

test('one text is everything that it may mean, and nothing that it cannot', () => {
  const uuid = '8f14e45f-ceea-467f-a8d2-91a2b4f7c001';
  expect(leadsOf(uuid, undefined)).toEqual({
    ids: [uuid],
    terms: [
      { by: 'externalContactId', value: uuid },
      { by: 'message', value: uuid },
      { by: 'conversation', value: uuid },
    ],
  });
  expect(leadsOf('a@example.com', undefined)).toEqual({
    ids: [],
    terms: [{ by: 'email', value: 'a@example.com' }],
  });
  expect(leadsOf('  ', undefined)).toEqual({ ids: [], terms: [] });
  expect(leadsOf('autumn #3', undefined).ids).toEqual(['autumn.3']);
});
