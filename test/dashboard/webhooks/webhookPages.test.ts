import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeUser } from '../../../src/people/consoleUsers.js';
import { hashPassword } from '../../../src/people/passwordHash.js';
import { ROLES, type Role } from '../../../src/people/role.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { Receiver, until } from '../../webhooks/support/receiver.js';
import { Senders, STATES_OF_ONE } from '../../webhooks/support/senders.js';
import { LOGIN, Visitor } from '../support/visitor.js';

stopApisAfterAll();

const PASSWORD = 'correct horse battery';
const PAGE = '/webhooks';

let api: TestApi;
let senders: Senders;
let receiver: Receiver;
let operator: Visitor;
let viewer: Visitor;

beforeAll(async () => {
  const hash = await hashPassword(PASSWORD);
  const users = ROLES.map((role) => writeUser({ name: `the-${role}`, role, hash }));
  const env = { ...LOGIN, CONSOLE_USERS: users.join(' '), WEBHOOKS_ALLOW_PRIVATE: 'on' };
  api = await startTestApi(env);
  senders = new Senders(api);
  receiver = await Receiver.start();
  senders.start();
  operator = await visitorAs('operator');
  viewer = await visitorAs('viewer');
});
afterAll(async () => {
  await senders.stop();
  await receiver.close();
});

async function visitorAs(role: Role): Promise<Visitor> {
  const visitor = new Visitor(api.url);
  const answer = await visitor.submit('/login', { user: `the-${role}`, password: PASSWORD });
  visitor.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return visitor;
}

const wordsIn = (page: string) => page.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
const onceIn = (page: string) => /name="once" value="([^"]+)"/.exec(page)?.[1] ?? '';

async function pageOf(visitor: Visitor, path = PAGE): Promise<string> {
  const answer = await visitor.open(path);
  expect(answer.status).toBe(200);
  return answer.text();
}

/** Presses a button of a page, once more than a person would; where that leads. */
async function press(path: string, step: string, form: Record<string, string> = {}) {
  const once = onceIn(await pageOf(operator, path));
  const [answer, repeated] = await Promise.all(
    [1, 2].map(() => operator.submit(`${path}/${step}`, { once, ...form })),
  );
  expect([step, answer?.headers.get('location')]).toEqual([
    step,
    repeated?.headers.get('location'),
  ]);
  return answer?.headers.get('location') ?? '';
}

describe('the pages of webhooks', () => {
  test('say that there is none, and what would make one', async () => {
    expect(wordsIn(await pageOf(viewer))).toContain('There is no webhook yet');
  });

  test('make a webhook once, and show its secret this once', async () => {
    const once = onceIn(await pageOf(operator));
    const form = { once, url: `${receiver.url}?token=MARKER`, description: 'The <CRM>' };
    const made = await operator.submit(PAGE, form);
    const [secret = ''] = /whsec_[A-Za-z0-9+/=]+/.exec(wordsIn(await made.text())) ?? [];
    expect(secret.length).toBeGreaterThan(40);
    const again = await operator.submit(PAGE, form);
    expect(again.headers.get('location')).toMatch(/^\/webhooks\/[\w-]+$/);
    const list = await pageOf(operator);
    expect(list.match(/data-label="Webhook"/g)).toHaveLength(1);
    expect(list).not.toContain(secret);
    expect(wordsIn(list)).toContain('token=MARKER');
    const seen = await pageOf(viewer);
    expect(wordsIn(seen)).toContain(new URL(receiver.url).origin);
    expect(seen).not.toMatch(/MARKER|name="url"/);
    const one = await pageOf(viewer, again.headers.get('location') ?? '');
    expect(one).not.toMatch(/MARKER|\/pause/);
  });

  test('mark what was refused, and make nothing', async () => {
    const form = { url: 'https://user:pass@hooks.example.com/', types: 'notification.sent' };
    const once = onceIn(await pageOf(operator));
    const refused = await operator.submit(PAGE, { once, ...form });
    expect(refused.status).toBe(422);
    const page = await refused.text();
    expect(wordsIn(page)).toMatch(/Nothing was made\..*without user and password/);
    expect(page).toContain('value="notification.sent" checked');
  });

  test('test, pause, resume, replay, renew the secret and delete, each once', async () => {
    await senders.webhook('one', receiver.url);
    const path = `${PAGE}/one`;
    expect(await press(path, 'test')).toBe(`${path}?done=tested`);
    const tested = wordsIn(await pageOf(viewer, `${path}?done=tested`));
    expect(tested).toMatch(/A test was sent\..*webhook\.test.*delivered.*HTTP 204/);
    expect(await press(path, 'pause')).toBe(`${path}?done=paused`);
    expect(wordsIn(await pageOf(viewer, path))).toContain('paused');
    expect(await press(path, 'resume')).toBe(`${path}?done=resumed`);
    await senders.notification('n-page');
    await until(() => receiver.statesOf('n-page').length === STATES_OF_ONE.length);
    receiver.received.length = 0;
    const from = new Date(senders.now() - 60_000).toISOString().slice(0, 19).replace('T', ' ');
    expect(await press(path, 'replay', { from })).toBe(`${path}?done=replayed`);
    await until(() => receiver.statesOf('n-page').length === STATES_OF_ONE.length);
    const once = onceIn(await pageOf(operator, path));
    const wrong = await operator.submit(`${path}/replay`, { once, from: 'yesterday' });
    expect([wrong.status, wordsIn(await wrong.text())]).toEqual([
      422,
      expect.stringContaining('Expected a time in UTC'),
    ]);
    const renewed = await operator.submit(`${path}/rotate-secret`, {
      once: onceIn(await pageOf(operator, path)),
      sure: 'yes',
    });
    expect(await renewed.text()).toMatch(/whsec_/);
    expect(wordsIn(await pageOf(viewer, path))).toContain('an earlier one signs as well until');
    const unsure = await operator.submit(`${path}/delete`, {
      once: onceIn(await pageOf(operator, path)),
    });
    expect(unsure.status).toBe(422);
    expect(await press(path, 'delete', { sure: 'yes' })).toBe(`${PAGE}?done=deleted`);
    expect((await operator.open(path)).status).toBe(404);
  });

  test('show what fails, since when, and what was answered', async () => {
    await senders.webhook('failing', receiver.url);
    receiver.answer = () => ({ status: 500, body: 'out of <b>order</b>' });
    await senders.notification('n-failing');
    await until(async () => ((await senders.webhooks.find('failing'))?.failures ?? 0) > 0);
    const page = await pageOf(viewer, `${PAGE}/failing`);
    expect(page).not.toContain('<b>order');
    expect(wordsIn(page)).toMatch(/failed, tried again.*HTTP 500.*out of .*order/);
    await senders.store.change('failing', (webhook) => ({
      ...webhook,
      status: 'disabled',
      reason: 'failing',
    }));
    const disabled = wordsIn(await pageOf(viewer, `${PAGE}/failing`));
    expect(disabled).toContain('It is disabled. Every delivery failed for 3 days.');
    expect(wordsIn(await pageOf(viewer))).toContain('Every delivery failed for 3 days.');
    receiver.answer = () => 204;
  });

  test('let no one but operators change anything', async () => {
    const editor = await visitorAs('editor');
    for (const visitor of [viewer, editor]) {
      for (const path of [
        '',
        '/failing/pause',
        '/failing/test',
        '/failing/delete',
        '/failing/replay',
        '/failing/resume',
        '/failing/rotate-secret',
      ]) {
        expect([path, (await visitor.submit(`${PAGE}${path}`, {})).status]).toEqual([path, 403]);
      }
    }
  });

  test('say of one that cannot be decrypted that it gets nothing', async () => {
    const { redis } = senders.producer.store;
    const key = senders.store.keys.endpoints;
    const text = (await redis.hget(key, 'failing')) ?? '';
    await redis.hset(key, 'copied', text);
    expect(wordsIn(await pageOf(operator))).toMatch(/The webhook copied cannot be decrypted/);
    expect((await operator.open(`${PAGE}/copied`)).status).toBe(404);
    await redis.hdel(key, 'copied');
  });
});
