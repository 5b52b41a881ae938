import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, FileChooser, Locator, Page } from 'playwright-core';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { findChromium, startBrowser, visit } from './support/browser.js';
import { LOGIN } from './support/visitor.js';

const found = findChromium();

stopApisAfterAll();

const FILE = [
  'Kontaktweg;Vorname',
  'customer@example.com;Dana',
  'regular@example.com;Ann',
  'buttons@example.com;Zoë',
].join('\r\n');

/** More than any page has places for the keyboard: beyond it, there is a trap, or no way there. */
const PRESSES_AT_MOST = 120;

interface Focus {
  isThere: boolean;
  isOutside: boolean;
  isSeen: boolean;
  where: string;
}

/** Whether the keyboard is at `to`, and whether what it is on has a ring and is on the screen. */
function focusOn(to: Locator): Promise<Focus> {
  return to.evaluate((element) => {
    const { activeElement, body, defaultView } = element.ownerDocument;
    const focused = activeElement ?? body;
    const { innerHeight = 0, innerWidth = 0 } = defaultView ?? {};
    const { outlineStyle = 'none', outlineWidth = '' } =
      defaultView?.getComputedStyle(focused) ?? {};
    const { top, bottom, left, right } = focused.getBoundingClientRect();
    const isOnScreen = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
    return {
      isThere: focused === element,
      // The way out of the page and in again; a frame of mail has its own document.
      isOutside: focused === body || focused.tagName === 'IFRAME',
      isSeen: isOnScreen && outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
      where: focused.outerHTML.slice(0, 200),
    };
  });
}

/** Goes there by Tab alone; every place on the way has to be seen. */
async function tabTo(page: Page, to: Locator): Promise<void> {
  await to.waitFor();
  let focus = await focusOn(to);
  for (let press = 0; !focus.isThere; press += 1) {
    if (press === PRESSES_AT_MOST) throw new Error(`Tab does not lead to ${String(to)}`);
    await page.keyboard.press('Tab');
    focus = await focusOn(to);
    expect([focus.where, focus.isSeen || focus.isOutside]).toEqual([focus.where, true]);
  }
}

async function press(page: Page, to: Locator, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
  await tabTo(page, to);
  await page.keyboard.press(key);
}

async function type(page: Page, label: string | RegExp, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }));
  await page.keyboard.type(text);
}

(found === undefined ? describe.skip : describe)('with the keyboard alone', () => {
  let browser: Browser;
  let deployment: Deployment;
  let api: TestApi;

  beforeAll(async () => {
    browser = await startBrowser(found ?? '');
    deployment = await deploy();
    api = await startTestApi({ ...deployment.env, ...LOGIN });
    await deployment.startWorker();
  });
  afterAll(async () => {
    await browser?.close();
    await deployment?.stop();
  });

  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
  const link = (page: Page, name: string | RegExp) => page.getByRole('link', { name });

  test('a campaign is made, tried and started, and what is unknown of it is decided', async () => {
    const { page } = await visit(browser, api.url);
    // From the start on: what is listened for only with the key may come before the browser knows so.
    const fileChooser = new Promise<FileChooser>((resolve) => page.once('filechooser', resolve));
    await page.goto('/campaigns');
    await type(page, 'User', LOGIN.DASHBOARD_USER);
    await type(page, 'Password', LOGIN.DASHBOARD_PASSWORD);
    await page.keyboard.press('Enter');

    // The first Tab leads past the navigation.
    await page.waitForURL('**/campaigns');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await page.keyboard.press('Enter');
    await press(page, link(page, 'New campaign'));
    await press(page, link(page, 'Use this message follow-up'));
    await type(page, 'Name', 'By keyboard');
    await tabTo(page, page.getByLabel('Channels'));
    for (const key of ['End', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
    expect(await page.getByLabel('Channels').inputValue()).toBe('email');
    await press(page, button(page, /^Make the campaign/));

    await tabTo(page, page.locator('#file'));
    await page.keyboard.press('Enter');
    await (await fileChooser).setFiles({
      name: 'rows.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(FILE),
    });
    await page.getByText('This file cannot be imported like this').waitFor();
    const meaning = page.getByLabel('What Kontaktweg means');
    await tabTo(page, meaning);
    await page.keyboard.press('ArrowDown');
    await page.getByText('Of the first 3 rows').waitFor();
    // The columns were drawn anew; the keyboard is still where it was.
    await page.locator('select[aria-label="What Kontaktweg means"]:focus').waitFor();
    await press(page, button(page, /^Upload rows.csv/));

    await page.getByRole('heading', { name: 'Messages of real rows' }).waitFor();
    await press(page, button(page, 'Look them up'));
    await page.getByText('Of 3 customers that were looked up').waitFor();
    await type(page, 'Your email address or phone number', 'me@example.com');
    await press(page, button(page, 'Send the test'), 'Space');
    await page.getByText('Your test: sent').waitFor();

    deployment.sandbox.faults.add({ endpoint: 'agentless-email', kind: '500-after' });
    await page.reload();
    await type(page, /^Type the number of recipients/, '3');
    await press(page, button(page, 'Start the campaign'));

    await press(page, link(page, 'decide them'));
    await tabTo(page, page.getByRole('checkbox', { name: /by-keyboard/ }));
    await page.keyboard.press('Space');
    await press(page, button(page, 'Those ticked were not sent'));
    await page.getByRole('heading', { name: 'What was decided' }).waitFor();
  }, 240_000);

  test('an update of an open page leaves the keyboard where it is, and what is selected as it is', async () => {
    const { page } = await visit(browser, api.url);
    await page.goto('/');
    await type(page, 'User', LOGIN.DASHBOARD_USER);
    await type(page, 'Password', LOGIN.DASHBOARD_PASSWORD);
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('link', { name: 'campaign', exact: true }));
    // An update puts others in the place of the elements that are there now.
    await page.evaluate(`document.querySelector('[sse-swap="queues"] table').dataset.old = 'yes'`);
    await deployment.producer.send({
      recipient: { email: 'customer@example.com' },
      template: 'follow-up',
      sendAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    await page.locator('[sse-swap="queues"] table:not([data-old])').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('campaign');

    const selected = () => page.evaluate('String(getSelection())');
    await page.evaluate(`getSelection().selectAllChildren(document.querySelector('.headline'))`);
    const words = await selected();
    const by = { name: 'ops', from: 'page' as const };
    await deployment.producer.operations.pause({ reason: 'a test of the console', by });
    await button(page, 'Let the sending go on').waitFor();
    expect([await selected(), await page.locator('.headline').textContent()]).toEqual([
      words,
      words,
    ]);
    await page.evaluate('getSelection().removeAllRanges()');
    await page.locator('.headline', { hasText: 'a test of the console' }).waitFor();
    await press(page, button(page, 'Let the sending go on'));
    await page.locator('summary', { hasText: 'Stop all sending' }).waitFor();
  });
});
