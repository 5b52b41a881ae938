import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Browser } from 'playwright-core';
import { NotificationProducer } from '../../src/queue/producer.js';
import { Gate } from '../../src/queue/rateLimitGate.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { workerLives } from '../support/fleet.js';
import { startPrivateRedis } from '../support/redis.js';
import {
  accessibilityFaults,
  boardPicture,
  DARK,
  findChromium,
  logIn,
  PHONE,
  picture,
  startBrowser,
  visit,
} from './support/browser.js';
import { LOGIN } from './support/visitor.js';

const found = findChromium();
if (found === undefined) {
  process.stderr.write(
    'The dashboard is not tried in a browser: no Chromium here (CHROMIUM names one).\n',
  );
}

stopApisAfterAll();

/** Runs in the page: the words of which a part stands on the next line. */
const BROKEN_WORDS = `
  [...document.querySelectorAll('main :is(th, td:not(.id), dt, h1, h2, p)')].flatMap((element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const words = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      for (const { index, 0: word } of node.textContent.matchAll(/[A-Za-z]+/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) words.push(word);
      }
    }
    return words;
  })`;

const byEmail = { template: 'follow-up', channels: ['email' as const] };

(found === undefined ? describe.skip : describe)('in a browser', () => {
  let browser: Browser;
  let deployment: Deployment;
  let api: TestApi;

  beforeAll(async () => {
    browser = await startBrowser(found ?? '');
    deployment = await deploy();
    const { sandbox } = deployment;
    api = await startTestApi({ ...LOGIN, QUEUE_PREFIX: deployment.prefix });
    await deployment.startWorker();
    const recipient = { email: 'customer@example.com' };
    await deployment.send({ id: 'went-well', recipient, ...byEmail });
    await deployment.reaches('went-well', 'sent');
    sandbox.faults.add({ endpoint: 'agentless-email', kind: '400' });
    await deployment.send({ id: 'refused', recipient, ...byEmail });
    await deployment.reaches('refused', 'failed');
    for (const id of ['who-knows', 'who-knows-either']) {
      sandbox.faults.add({ endpoint: 'agentless-email', kind: '500-after' });
      await deployment.send({ id, recipient, ...byEmail });
      await deployment.reaches(id, 'unknown');
    }
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    await deployment.send({ id: 'later', recipient, sendAt, ...byEmail });
  });
  // A page that is left open goes on asking the api, and drawing.
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    await deployment?.stop();
  });

  test('who has not logged in sees the login and nothing else', async () => {
    const { page } = await visit(browser, api.url);
    for (const path of ['/queues', '/queues/queue/transactional', '/notifications/refused']) {
      await page.goto(path);
      expect(new URL(page.url()).pathname).toBe('/login');
      expect(await page.content()).not.toContain('refused</');
    }
    await page.getByLabel('User').fill('ops');
    await page.getByLabel('Password').fill('a wrong password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').waitFor();
    await picture(page, 'login-refused');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  test('from a failed job to its notification', async () => {
    const { page, complaints, hosts } = await visit(browser, api.url);
    await logIn(page, '/queues');
    await page.getByText('transactional').first().waitFor();
    await picture(page, 'queues');
    await page.goto('/queues/queue/transactional?status=failed');
    await page.getByText('every_channel_refused').first().waitFor();
    await picture(page, 'queue-failed');
    await page.goto('/queues/queue/transactional/n-refused.1');
    const link = page.locator('a[href="/notifications/refused"]').first();
    await link.waitFor();
    await page.getByText('every_channel_refused').first().waitFor();
    await picture(page, 'job-failed');
    await page.goto((await link.getAttribute('href')) ?? '');
    await page.getByRole('heading', { name: 'Notification refused' }).waitFor();
    expect(await page.getByRole('main').textContent()).toMatch(/every_channel_refused.*http_400/s);
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(api.url).host]);
  });

  test.each([
    ['who-knows', 'It was sent', 'sent', 'resolved_sent'],
    ['who-knows-either', 'It was not sent', 'failed', 'resolved_not_sent'],
  ])('an unknown is decided by a button: %s, %s', async (id, button, state, reason) => {
    const { page } = await visit(browser, api.url);
    await logIn(page, '/notifications');
    await page.getByRole('link', { name: id, exact: true }).click();
    await picture(page, `unknown-${state}`);
    await page.getByRole('button', { name: button, exact: true }).click();
    await page.getByText(reason).first().waitFor();
    expect(await page.getByRole('button', { name: button, exact: true }).count()).toBe(0);
    expect(await deployment.producer.get(id)).toMatchObject({
      state,
      reason,
      timeline: expect.arrayContaining([expect.objectContaining({ detail: 'by ops' })]),
    });
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.goto(`/notifications/${id}`);
    expect(new URL(page.url()).pathname).toBe('/login');
  });

  test.each([
    ['light', {}],
    ['dark', DARK],
    ['phone', PHONE],
    ['dark-phone', { ...PHONE, ...DARK }],
  ])('our own pages are accessible and load nothing from elsewhere (%s)', async (look, options) => {
    const { page, complaints, hosts } = await visit(browser, api.url, options);
    await page.goto('/login');
    await picture(page, `login-${look}`);
    expect(await accessibilityFaults(page)).toEqual([]);
    await logIn(page, '/notifications');
    for (const path of ['', '/went-well', '/refused', '/later', '/who-knows']) {
      await page.goto(`/notifications${path}`);
      await picture(page, `notifications${path.replace('/', '-')}-${look}`);
      expect([path, await accessibilityFaults(page)]).toEqual([path, []]);
      const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect([path, await page.evaluate(wider)]).toEqual([path, 0]);
    }
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(api.url).host]);
    for (const path of ['', '/queue/transactional', '/queue/transactional/n-refused.1']) {
      const name = `queues${path.replaceAll('/', '-')}-${look}`;
      await boardPicture(page, `/queues${path}`, name);
    }
  });

  test.each([
    ['light', {}],
    ['dark', DARK],
    ['phone', PHONE],
  ])(
    'with nothing in it, a closed gate and a pause, the pages say so (%s)',
    async (look, options) => {
      const empty = await startTestApi({ ...LOGIN });
      const redis = new Redis(empty.config.REDIS_URL);
      const { page } = await visit(browser, empty.url, options);
      await logIn(page, '/notifications');
      const yours = page.getByRole('status').filter({ hasText: 'No worker is alive' });
      await yours.getByText('notifier worker').waitFor();
      await picture(page, `no-worker-notifications-${look}`);
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.goto('/queues');
      await page.getByRole('status').getByText('No worker is alive').waitFor();
      await picture(page, `no-worker-queues-${look}`);
      await workerLives(redis, empty.config.QUEUE_PREFIX);
      await page.goto('/notifications');
      await page.getByText('No notification has come to something yet').waitFor();
      await picture(page, `empty-notifications-${look}`);
      await page.goto('/notifications/nobody');
      await page.getByRole('heading', { name: 'There is no such notification' }).waitFor();
      await picture(page, `empty-none-${look}`);
      expect(await accessibilityFaults(page)).toEqual([]);
      await boardPicture(page, '/queues/queue/transactional', `empty-queue-${look}`);

      await empty.post({ recipient: { email: 'customer@example.com' }, ...byEmail, id: 'waits' });
      await new Gate(redis, empty.config.QUEUE_PREFIX).close(90_000, 'send-email');
      await page.goto('/notifications/waits');
      await page.getByText('The gate for rate limits is closed until').first().waitFor();
      expect(await page.getByRole('main').textContent()).toMatch(/Waits for: Genesys Cloud.*429/s);
      await picture(page, `gate-notification-${look}`);
      expect(await accessibilityFaults(page)).toEqual([]);
      await boardPicture(page, '/queues/queue/transactional', `gate-queue-${look}`);

      const producer = new NotificationProducer({
        redisUrl: empty.config.REDIS_URL,
        prefix: empty.config.QUEUE_PREFIX,
      });
      await producer.operations.pause({
        reason: 'wrong <b>price</b> in the template',
        by: { name: 'ops', from: 'page' },
      });
      await page.goto('/notifications/waits');
      await page.getByText('wrong <b>price</b> in the template').first().waitFor();
      await picture(page, `paused-notification-${look}`);
      await page.goto('/notifications');
      expect(await accessibilityFaults(page)).toEqual([]);
      await picture(page, `paused-notifications-${look}`);
      await producer.close();
      redis.disconnect();
    },
  );

  test('its buttons are there only when switched on, and a refusal says why', async () => {
    const prefix = { QUEUE_PREFIX: deployment.prefix };
    const able = await startTestApi({ ...LOGIN, ...prefix, DASHBOARD_ACTIONS: 'on' });
    const job = '/queues/queue/transactional/n-refused.1';
    const buttons = 'main button:not([role=tab]):has(svg):not(pre button):visible';
    const reader = await visit(browser, api.url);
    await logIn(reader.page, job);
    await reader.page.getByText('n-refused.1').first().waitFor();
    const shownToReaders = await reader.page.locator(buttons).count();

    const { page } = await visit(browser, able.url);
    await logIn(page, job);
    await page.getByText('n-refused.1').first().waitFor();
    await picture(page, 'actions-job');
    expect((await page.locator(buttons).count()) - shownToReaders).toBe(3);
    const retry = async () => {
      await page.locator('main button:has(.lucide-refresh-cw)').click();
      await page.getByRole('button', { name: 'Confirm' }).click();
    };
    await retry();
    await deployment.reaches('refused', 'sent');
    await page.reload();
    await retry();
    await page.getByText('A message may have reached the customer').waitFor();
    await picture(page, 'actions-refused');
  });

  test('no button of the board is dead: what is not served is not shown', async () => {
    const env = { ...LOGIN, DASHBOARD_ACTIONS: 'on', QUEUE_PREFIX: deployment.prefix };
    const acting = await startTestApi(env);
    const { page } = await visit(browser, acting.url);
    await logIn(page, '/queues');
    for (const status of ['failed', 'delayed', 'completed']) {
      await page.goto(`/queues/queue/transactional?status=${status}`);
      await page.getByText('Added at').first().waitFor();
      const shown = await page.$$eval('button:has(> svg.lucide)', (buttons) =>
        buttons.filter((button) => button.checkVisibility()).map((button) => button.innerHTML),
      );
      const icons = shown.map((markup) => /lucide lucide-([a-z0-9-]+)/.exec(markup)?.[1]);
      for (const dead of ['pencil', 'clock', 'ellipsis-vertical'])
        expect(icons).not.toContain(dead);
      expect(icons).toContain('files');
      for (const all of ['Retry all', 'Clean all', 'Promote all']) {
        expect(await page.getByText(all).isVisible()).toBe(false);
      }
      expect(icons.includes('refresh-cw')).toBe(status === 'failed');
      expect(icons.includes('corner-up-left')).toBe(status === 'delayed');
    }
  });

  test.each([360, 800, 1600])(
    'no word is broken in the middle on a page of %i pixels',
    async (width) => {
      const { page } = await visit(browser, api.url, { viewport: { width, height: 900 } });
      await logIn(page, '/notifications/went-well');
      await picture(page, `words-${width}`);
      const broken = await page.evaluate(BROKEN_WORDS);
      expect(broken).toEqual([]);
      const overflow =
        'document.documentElement.scrollWidth > document.documentElement.clientWidth';
      expect(await page.evaluate(overflow)).toBe(false);
    },
  );

  test('while Redis is away the pages say so, and work again when it is back', async () => {
    const server = await startPrivateRedis();
    const alone = await startTestApi({ ...LOGIN, REDIS_URL: server.url });
    const { page } = await visit(browser, alone.url);
    await logIn(page, '/notifications');
    await server.kill('SIGKILL');
    for (const path of [
      '/notifications',
      '/notifications/x',
      '/queues',
      '/queues/queue/campaign',
    ]) {
      await page.goto(path);
      await page.getByRole('heading', { name: 'Redis is unavailable' }).waitFor();
      await page.getByText('Redis cannot be reached. Check that it runs').waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    await picture(page, 'away-notification');
    await server.restart();
    let status = 503;
    while (status === 503) status = (await page.goto('/notifications'))?.status() ?? 0;
    expect(status).toBe(200);
    await alone.stop();
    await server.stop();
  });
});
