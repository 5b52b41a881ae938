import { describe, expect, test } from '@jest/globals';
import type { AuditView } from '../../src/audit/auditReader.js';
import { startTestApi, stopApisAfterEach, type TestApi } from '../api/support/api.js';
import { Command } from '../cli/support/command.js';
import { LOGIN, Visitor } from '../dashboard/support/visitor.js';

stopApisAfterEach();

const KEYED = { API_KEYS: 'billing:a-key-of-billing-1' };
const AUTHORIZATION = { authorization: 'Bearer a-key-of-billing-1' };
const NOTIFICATION = { template: 'follow-up', recipient: { email: 'secret-person@example.net' } };
/** Far enough ahead to be cancelled at leisure. */
const sendAt = () => new Date(Date.now() + 3_600_000).toISOString();

async function entriesOf(api: TestApi, query = ''): Promise<AuditView[]> {
  const { body, status } = await api.call('GET', `/v1/audit?${query}`, undefined, AUTHORIZATION);
  expect(status).toBe(200);
  return body['entries'] as AuditView[];
}

const inShort = ({ who, from, what, on, outcome }: AuditView) =>
  [who, from, what, on, outcome].filter((fact) => fact !== undefined).join(' ');

describe('every change is in the audit, whichever way it came', () => {
  test('over the API, with the name of the key', async () => {
    const api = await startTestApi(KEYED);
    const call = (method: string, path: string, body?: unknown) =>
      api.call(method, `/v1/${path}`, body, AUTHORIZATION);
    await call('POST', 'notifications', { ...NOTIFICATION, id: 'one', sendAt: sendAt() });
    await call('DELETE', 'notifications/one');
    await call('DELETE', 'notifications/one');
    await call('DELETE', 'notifications/no-such-one');
    await call('POST', 'notifications/one/resolve', { outcome: 'sent' });
    await call('POST', 'notifications/one/retry');
    await call('POST', 'campaigns', { id: 'spring', template: 'follow-up' });
    await fetch(`${api.url}/v1/campaigns/spring/rows`, {
      method: 'PUT',
      headers: { ...AUTHORIZATION, 'content-type': 'text/csv' },
      body: 'email\n',
    });
    await call('POST', 'campaigns/spring/start');
    await call('POST', 'campaigns/spring/cancel', { reason: 'second thoughts' });
    await call('POST', 'campaigns/none/cancel');
    await call('POST', 'pause', { reason: 'wrong price' });
    await call('POST', 'resume');
    await call('POST', 'gate/open');
    const entries = (await entriesOf(api, 'limit=100')).reverse();
    expect(entries.map(inShort)).toEqual([
      'billing api notification.cancel one done',
      // Cancelled already: the same again changes nothing.
      'billing api notification.cancel one done',
      'billing api notification.resolve one refused',
      'billing api notification.retry one done',
      'billing api campaign.create spring done',
      'billing api campaign.import spring refused',
      'billing api campaign.start spring refused',
      'billing api campaign.cancel spring done',
      'billing api sending.pause done',
      'billing api sending.resume done',
      'billing api gate.open done',
    ]);
    expect(new Set(entries.map(({ address }) => address)).size).toBe(1);
    expect(await entriesOf(api, 'what=sending.pause')).toMatchObject([{ detail: 'wrong price' }]);
    const stored = JSON.stringify(entries);
    expect(stored).not.toMatch(/secret-person|127\.0\.0\.1|a-key-of-billing/);
    const log = api.logged.filter((line) => line.includes('"audited"'));
    expect(log).toHaveLength(2 * entries.length);
  });

  test('from the pages, with name and role; the page of the audit shows it, and its filters', async () => {
    const api = await startTestApi({ ...LOGIN, ...KEYED, DASHBOARD_ACTIONS: 'on' });
    const visitor = await Visitor.loggedIn(api);
    const entry = { ...NOTIFICATION, id: 'two', sendAt: sendAt() };
    await api.call('POST', '/v1/notifications', entry, AUTHORIZATION);
    await visitor.submit('/sending/pause', { reason: '<script>alert(1)</script>' });
    await visitor.submit('/sending/resume', {});
    await visitor.call('PUT', '/queues/transactional/n-two.1/promote');
    await visitor.call('PUT', '/queues/transactional/n-two.1/clean');
    await visitor.call('POST', '/queues/transactional/add', { data: { id: 'two', generation: 1 } });
    const page = await (await visitor.open('/audit')).text();
    expect(page).toContain('Stopped all sending');
    expect(page).not.toContain('<script>alert');
    const filtered = await (await visitor.open('/audit?what=login&who=ops')).text();
    expect(filtered).toContain('Logged in');
    expect(filtered).not.toContain('Resumed all sending</td>');
    expect(await (await visitor.open('/audit?who=no-one&day=2020-02-30')).text()).toContain(
      'No entries',
    );
    await visitor.submit('/logout', {});
    const entries = (await entriesOf(api)).reverse();
    expect(entries.map(inShort)).toEqual([
      'ops page login done',
      'ops page sending.pause done',
      'ops page sending.resume done',
      expect.stringMatching(/^ops page job.promote n-two\.1 /),
      expect.stringMatching(/^ops page job.remove n-two\.1 /),
      'ops page job.duplicate two done',
      'ops page logout done',
    ]);
    expect(entries.every(({ role }) => role === 'operator')).toBe(true);
  });

  test('from the command line, which also checks the whole', async () => {
    const api = await startTestApi(KEYED);
    const { REDIS_URL, QUEUE_PREFIX } = api.config;
    const notifier = async (...args: string[]) => {
      const command = new Command(args, { REDIS_URL, QUEUE_PREFIX });
      return { code: await command.end(), stdout: command.stdout };
    };
    await notifier('pause', '--reason', 'a look');
    const shown = await notifier('audit', '--what', 'sending');
    expect(shown.stdout).toMatch(/ cli +sending\.pause +done {2}a look\n$/);
    const checked = await notifier('audit', '--verify', '--json');
    expect(checked.code).toBe(0);
    const { newest } = JSON.parse(checked.stdout) as { newest: string };
    expect((await notifier('audit', '--seen', newest)).code).toBe(0);
    expect((await notifier('audit', '--seen', newest.replace(/:../, ':xx'))).code).toBe(1);
    expect((await notifier('audit', '--seen', 'nonsense')).code).toBe(2);
  });

  test('names what is wrong with a question', async () => {
    const api = await startTestApi(KEYED);
    const { status, body } = await api.call(
      'GET',
      '/v1/audit?from=fax&since=yesterday&limit=0&before=x',
      undefined,
      AUTHORIZATION,
    );
    expect(status).toBe(422);
    expect(body['errors']).toHaveLength(4);
  });
});
