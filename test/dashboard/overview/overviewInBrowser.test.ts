import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Browser, Page } from 'playwright-core';
import { Gate } from '../../../src/queue/rateLimitGate.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { workerLives } from '../../support/fleet.js';
import { type PrivateRedis, startPrivateRedis } from '../../support/redis.js';
import {
  accessibilityFaults,
  findChromium,
  logIn,
  picture,
  startBrowser,
  visit,
} from '../support/browser.js';
import { LOGIN } from '../support/visitor.js';

const found = findChromium();
const LOOKS = {
  light: { viewport: { width: 1280, height: 900 } },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 780 } },
} as const;
const WIDER = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

stopApisAfterAll();

(found === undefined ? describe.skip : describe)('the overview in a browser', () => {
  let browser: Browser;
  let server: PrivateRedis;
  let redis: Redis;
  let api: TestApi;

  beforeAll(async () => {
    browser = await startBrowser(found ?? '');
    server = await startPrivateRedis();
    redis = new Redis(server.url);
    redis.on('error', () => undefined);
    api = await startTestApi({ ...LOGIN, REDIS_URL: server.url });
  });
  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    redis?.disconnect();
    await server?.stop();
  });

  /** In every look: no fault that keeps people out, nothing wider than the screen. */
  async function looksRight(page: Page, name: string): Promise<void> {
    for (const [look, { viewport, ...rest }] of Object.entries(LOOKS)) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: 'colorScheme' in rest ? rest.colorScheme : 'light' });
      await picture(page, `overview-${name}-${look}`);
      expect([name, look, await accessibilityFaults(page)]).toEqual([name, look, []]);
      expect([name, look, await page.evaluate(WIDER)]).toEqual([name, look, 0]);
    }
    await page.setViewportSize(LOOKS.light.viewport);
  }

  /** Keeps the page's request for its stream back, until it is let go. */
  async function held(page: Page): Promise<{ wanted: Promise<void>; letGo: () => void }> {
    let letGo = (): void => undefined;
    let asked = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const wanted = new Promise<void>((resolve) => {
      asked = resolve;
    });
    await page.route('**/live/overview', async (route) => {
      asked();
      await until;
      await route.continue();
    });
    return { wanted, letGo };
  }

  /** As the browser has it when a person turns to another tab and back. */
  async function isSeen(page: Page, seen: boolean): Promise<void> {
    await page.evaluate(`
      Object.defineProperty(document, 'hidden', { value: ${!seen}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));`);
  }

  test('ops see why nothing leaves, stop the sending with the keyboard, and let it go on', async () => {
    const { page, complaints, hosts } = await visit(browser, api.url);
    await logIn(page, '/');
    await page.getByText('No worker is alive, and none has ever been.').waitFor();
    await page.locator('[data-plot] canvas').waitFor();
    await looksRight(page, 'no-worker');

    // A tab that was not seen for a while goes on, and all of it still works: it learns by itself that a
    // worker lives now.
    await isSeen(page, false);
    await isSeen(page, true);
    const day = page.getByRole('button', { name: '24 hours' });
    await day.click();
    expect(await day.getAttribute('aria-pressed')).toBe('true');
    await workerLives(redis, api.config.QUEUE_PREFIX);
    await page.getByText('Nothing waits to be sent.').first().waitFor();
    await looksRight(page, 'empty');

    await page.locator('summary', { hasText: 'Stop all sending' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.type('wrong <b>price</b>');
    await page.keyboard.press('Enter');
    await page.locator('.headline', { hasText: 'by ops: wrong <b>price</b>' }).waitFor();
    await looksRight(page, 'paused');
    await page.getByRole('button', { name: 'Let the sending go on' }).press('Enter');
    await page.locator('.headline', { hasText: 'Nothing waits to be sent.' }).waitFor();

    await new Gate(redis, api.config.QUEUE_PREFIX).close(90_000, 'agentless-email');
    await page.locator('.headline', { hasText: 'answered 429' }).waitFor();
    await looksRight(page, 'gate-closed');
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(api.url).host]);
  });

  test('a plot that was drawn for a wide screen does not make a narrow one scroll sideways', async () => {
    const { page } = await visit(browser, api.url);
    // As between the turn of a phone and the frame in which the plot is drawn anew.
    await page.addInitScript('window.ResizeObserver = class { observe() {} };');
    await logIn(page, '/');
    await page.locator('[data-plot] canvas').waitFor();
    await page.setViewportSize(LOOKS.phone.viewport);
    expect(await page.evaluate(WIDER)).toBe(0);
    await page.context().close();
  });

  test('a page whose login has ended says so, and is live again after the next login', async () => {
    const { page } = await visit(browser, api.url);
    const stream = await held(page);
    await logIn(page, '/');
    await stream.wanted;
    const other = await page.context().newPage();
    await other.goto(`${api.url}/campaigns`);
    await other.getByRole('button', { name: 'Log out' }).click();
    await other.getByRole('heading', { name: 'Log in' }).waitFor();
    stream.letGo();
    const said = page.getByRole('alert').getByText('You are not logged in any more.');
    await said.waitFor();
    await looksRight(page, 'logged-out');
    await logIn(other, '/');
    await said.waitFor({ state: 'detached' });
    expect(await page.getByText('This page is not live any more').isVisible()).toBe(false);
    await page.context().close();
  });

  test('a page that asks for its stream while Redis does not answer says so, and not that the api does not', async () => {
    const { page } = await visit(browser, api.url);
    const stream = await held(page);
    await logIn(page, '/');
    await stream.wanted;
    await server.kill('SIGKILL');
    stream.letGo();
    const said = page.getByRole('alert').getByText('Redis does not answer since');
    await said.waitFor();
    expect(await page.getByText('This page is not live any more').isVisible()).toBe(false);
    await server.restart();
    await said.waitFor({ state: 'detached' });
    await page.context().close();
  });

  test('a page that is open says by itself that Redis does not answer, and then that the api does not', async () => {
    const { page } = await visit(browser, api.url);
    await logIn(page, '/');
    await page.locator('.headline').waitFor();
    await server.kill('SIGKILL');
    await page.getByRole('alert').getByText('Redis does not answer since').waitFor();
    await looksRight(page, 'redis-away');
    await api.stop();
    await page.getByText('This page is not live any more').waitFor();
    await page.getByText(/^since \d\d:\d\d:\d\d UTC\.$/).waitFor();
    await looksRight(page, 'api-away');
  });
});
