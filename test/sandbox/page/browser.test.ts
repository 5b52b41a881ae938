import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { WELL_KNOWN } from '../../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.js';
import {
  accessibilityFaults,
  DARK,
  findChromium,
  PHONE,
  picture,
  startBrowser,
  visit,
} from '../../dashboard/support/browser.js';
import { EMAIL, emailTo, logIn, WEB, webMessage } from '../support/client.js';

const { delayedOrder, offline } = WELL_KNOWN;
const HOSTILE_MAIL = `<p style="color: rgb(200, 0, 0)">Your order</p>
  <script>parent.document.title = 'taken'</script>
  <img src="https://tracker.example.com/pixel.gif" onerror="parent.document.title = 'taken'">
  <a href="https://elsewhere.example.com/">go there</a>`;

const chromium = findChromium();

/** On a machine without a browser the page is tested by inboxPage.test.ts alone. */
(chromium === undefined ? describe.skip : describe)('the inbox in a browser', () => {
  let browser: Browser;
  let sandbox: Sandbox;
  beforeAll(async () => {
    browser = await startBrowser(chromium ?? '');
    sandbox = await startSandbox({ requestsPerMinute: 0 });
  });
  afterAll(async () => {
    await browser.close();
    await sandbox.close();
  });
  beforeEach(async () => {
    sandbox.reset();
    const client = await logIn(sandbox);
    await client.post(WEB, webMessage(sandbox, delayedOrder.id));
    await client.post(EMAIL, { ...emailTo('customer@example.com'), htmlBody: HOSTILE_MAIL });
  });

  test.each([
    ['light', {}],
    ['dark', DARK],
    ['phone', { ...PHONE, ...DARK }],
  ])(
    'has no serious accessibility fault, no complaint of the browser, and fits: %s',
    async (name, options) => {
      sandbox.faults.add({ endpoint: 'engage', kind: '429', retryAfter: '3' });
      const { page, complaints } = await visit(browser, sandbox.url, options);
      for (const [state, path] of [
        ['message', `?who=${delayedOrder.id}`],
        ['nothing', `?who=${offline.id}`],
        ['nobody', '?who=nobody'],
      ]) {
        await page.goto(`/_sandbox/inbox${path}`);
        await page.getByText('Arm a fault').click();
        expect(await accessibilityFaults(page)).toEqual([]);
        const wider = 'document.documentElement.scrollWidth > window.innerWidth';
        expect(await page.evaluate(wider)).toBe(false);
        await picture(page, `inbox-${state}-${name}`);
      }
      // What the hostile mail asks for is refused; the page itself asks for nothing it may not have.
      expect(complaints.filter((text) => !/tracker|sandboxed|inline/.test(text))).toEqual([]);
      await page.context().close();
    },
  );

  test('shows mail with its styles and without its scripts, pictures and ways out', async () => {
    const { page } = await visit(browser, sandbox.url);
    const left: string[] = [];
    const stopped: string[] = [];
    const own = new URL(sandbox.url).host;
    page.on('requestfinished', (request) => left.push(new URL(request.url()).host));
    page.on('requestfailed', (request) => {
      const { host } = new URL(request.url());
      const why = request.failure()?.errorText;
      // The button loads the page anew, which breaks off what the page had just asked of the sandbox.
      if (host !== own || why !== 'net::ERR_ABORTED') stopped.push(`${host} ${why}`);
    });
    await page.goto(`/_sandbox/inbox?who=${delayedOrder.id}`);
    const mail = page.frameLocator('iframe');
    const paragraph = mail.getByText('Your order');
    await paragraph.waitFor();
    const colour = await paragraph.evaluate(
      (element) => element.ownerDocument.defaultView?.getComputedStyle(element).color,
    );
    expect(colour).toBe('rgb(200, 0, 0)');
    await mail.getByRole('link').click();
    await page.getByRole('button', { name: 'Take offline' }).click();
    await page.getByRole('button', { name: 'Bring online' }).waitFor();
    expect(await page.title()).toBe('Sandbox inbox');
    expect(new Set(left)).toEqual(new Set([own]));
    // By the page's policy, before anything leaves the machine.
    expect(new Set(stopped)).toEqual(new Set(['tracker.example.com csp']));
    await page.context().close();
  });

  test('switches a customer offline and arms a fault, by keyboard alone', async () => {
    const { page } = await visit(browser, sandbox.url);
    await page.goto(`/_sandbox/inbox?who=${delayedOrder.id}`);
    await page.getByRole('button', { name: 'Take offline' }).press('Enter');
    await page.getByText('Offline: web messages do not reach them').waitFor();
    expect(sandbox.customer(delayedOrder.id).online).toBe(false);

    await page.getByText('Arm a fault').press('Enter');
    await page.getByLabel('Endpoint').selectOption('agentless-email');
    await page.getByLabel('Kind').selectOption('429');
    await page.getByLabel('Retry-After').fill('7200');
    await page.getByLabel('Retry-After').press('Enter');
    await page.getByText('at agentless-email: 1 to go').waitFor();
    expect(sandbox.faults.list()[0]?.fault).toMatchObject({ kind: '429', retryAfter: '7200' });
    await page.context().close();
  });

  test('shows a new message by itself, and leaves alone what is being typed', async () => {
    const { page } = await visit(browser, sandbox.url);
    await page.goto(`/_sandbox/inbox?who=${delayedOrder.id}`);
    await page.getByLabel('Find a customer').fill('half a na');
    await page.evaluate("document.querySelector('iframe').dataset.kept = 'yes'");
    const client = await logIn(sandbox);
    await client.post(WEB, {
      ...webMessage(sandbox, delayedOrder.id),
      textBody: 'One more thing.',
    });
    await page.locator('.message').getByText('One more thing.').waitFor();
    expect(await page.locator('.message').first().textContent()).toContain('One more thing.');
    expect(await page.getByRole('status').textContent()).toContain('3 messages');
    expect(await page.getByLabel('Find a customer').inputValue()).toBe('half a na');
    expect(await page.locator('iframe').getAttribute('data-kept')).toBe('yes');
    await page.context().close();
  });
});
