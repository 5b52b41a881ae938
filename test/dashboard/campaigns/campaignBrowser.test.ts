import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { type Deployment, deploy } from '../../support/deployment.js';
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

stopApisAfterAll();

const NAME = `Autumn <script>alert(1)</script> ${'W'.repeat(70)} ${'long '.repeat(10)}\u202eevil`;
const SMALL = [
  'Kontaktweg;Vorname;Kundennr',
  'customer@example.com;Dana;7',
  'regular@example.com;Ann;8',
  'nowhere;Ben;9',
  'customer@example.com;Dana;7',
  '',
].join('\r\n');

/** Takes minutes at the speed that it is sent with. */
function largeFile(): Buffer {
  const rows = Array.from({ length: 40_000 }, (_, at) => `large${at}@example.com,C ${at}`);
  return Buffer.from(`email,name\n${rows.join('\n')}\n`);
}

async function slowUploads(page: Page, bytesPerSecond: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
}

/** Runs in the page: tables of which a column is out of sight. */
const CUT_OFF = `[...document.querySelectorAll('.wide')]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1)
  .map((one) => one.getAttribute('aria-label'))`;

/** Nothing that keeps people out, and nothing that sticks out on a phone. */
async function mustBeFit(page: Page, name: string): Promise<void> {
  await picture(page, name);
  expect([name, await accessibilityFaults(page)]).toEqual([name, []]);
  expect([name, await page.evaluate(CUT_OFF)]).toEqual([name, []]);
  const { width, height } = page.viewportSize() ?? { width: 1280, height: 720 };
  await page.setViewportSize({ width: 360, height: 740 });
  await picture(page, `${name}-phone`);
  const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
  expect([name, await page.evaluate(wider)]).toEqual([name, 0]);
  await page.setViewportSize({ width, height });
}

(found === undefined ? describe.skip : describe)('a marketer with a browser', () => {
  let browser: Browser;
  let deployment: Deployment;
  let api: TestApi;

  beforeAll(async () => {
    browser = await startBrowser(found ?? '');
    deployment = await deploy();
    api = await startTestApi({ ...deployment.env, ...LOGIN });
  });
  afterAll(async () => {
    await browser?.close();
    await deployment?.stop();
  });

  const addressed = (email: string) =>
    deployment.sandbox.deliveries.list().filter(({ to }) => to === email).length;

  test('goes from file to report without a shell; double clicks, two tabs and a reload do one thing', async () => {
    const { page, complaints, hosts } = await visit(browser, api.url);
    page.on('dialog', (dialog) => dialog.accept());

    // Message
    await logIn(page, '/campaigns');
    await page.getByText('There is no campaign yet').waitFor();
    await mustBeFit(page, 'campaigns-empty');
    await page.getByRole('link', { name: 'New campaign' }).click();
    await page.getByRole('heading', { name: 'Choose the message' }).waitFor();
    await mustBeFit(page, 'campaign-message');
    await page.getByRole('link', { name: 'Use this message follow-up' }).click();
    await page.getByLabel('Name', { exact: true }).fill(NAME);
    await page.getByLabel('companyName').fill('Blue Ox');
    await page.locator('#message').getByText('Blue Ox').first().waitFor();
    await mustBeFit(page, 'campaign-new');
    await page.getByRole('button', { name: /^Make the campaign/ }).dblclick();

    // File: an upload that is left half way, then one that is not
    await page.getByText('Choose a file, or drop it here').waitFor();
    const campaign = new URL(page.url()).pathname;
    const file = page.locator('#file');
    await file.setInputFiles({ name: 'large.csv', mimeType: 'text/csv', buffer: largeFile() });
    await slowUploads(page, 60_000);
    await page.getByRole('button', { name: /^Upload large.csv/ }).click();
    await page.getByText('A file is being uploaded').waitFor();
    await mustBeFit(page, 'campaign-uploading');
    await page.reload();
    await page.getByText('The last upload broke off').waitFor();
    await mustBeFit(page, 'campaign-broken-off');
    await slowUploads(page, -1);
    const named = { name: '<b>rows</b> 🙂.csv', mimeType: 'text/csv', buffer: Buffer.from(SMALL) };
    await file.setInputFiles(named);
    await page.getByText('This file cannot be imported like this').waitFor();
    await mustBeFit(page, 'campaign-columns');
    await page.getByRole('button', { name: 'Read Kontaktweg as Email address' }).click();
    await page.getByText('Of the first 4 rows').waitFor();
    await page.getByRole('button', { name: /^Upload <b>rows/ }).dblclick();

    // Check, and a test
    await page.getByRole('heading', { name: 'Messages of real rows' }).waitFor();
    await page.getByText('Blue Ox').first().waitFor();
    await mustBeFit(page, 'campaign-check');
    await page.getByRole('button', { name: 'Look them up' }).click();
    await page.getByText('Of 2 customers that were looked up').waitFor();
    await deployment.startWorker();
    await page.getByLabel('Your email address or phone number').fill('me@example.com');
    await page.getByRole('button', { name: 'Send the test' }).dblclick();
    await page.getByText('Your test: sent').waitFor();
    await mustBeFit(page, 'campaign-tested');
    expect(addressed('me@example.com')).toBe(1);

    // Start, from two tabs
    const other = await page.context().newPage();
    await other.goto(campaign);
    const typed = /^Type the number of recipients/;
    await page.getByLabel(typed).fill('3');
    await page.getByRole('button', { name: 'Start the campaign' }).click();
    await page.getByText('It was not started.').waitFor();
    await mustBeFit(page, 'campaign-not-started');
    await page.getByLabel(typed).fill('2');
    await other.getByLabel(typed).fill('2');
    await Promise.all([
      page.getByRole('button', { name: 'Start the campaign' }).dblclick(),
      other.getByRole('button', { name: 'Start the campaign' }).click(),
    ]);

    // Report
    for (const tab of [page, other]) {
      await tab.getByText('2 of 2 rows have ended').waitFor();
      await tab.getByText('completed').first().waitFor();
    }
    await mustBeFit(page, 'campaign-completed');
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download the results' }).click();
    const results = await readFile(await (await download).path(), 'utf8');
    expect(results).toContain('customer@example.com');
    expect(results).toMatch(/regular@example.com;.*sent|delivered/);
    await page.goto('/campaigns');
    expect(await page.locator('main a[href^="/campaigns/"]').count()).toBe(1);
    await mustBeFit(page, 'campaigns');

    const delivered = deployment.sandbox.deliveries.list();
    expect(delivered).toHaveLength(3);
    // A refused form is a 409, which the browser notes; a frame of mail may load nothing.
    expect(complaints.filter((text) => !text.includes('409'))).toEqual([]);
    expect([...hosts]).toEqual([new URL(api.url).host]);
  }, 360_000);
});
