import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import {
  accessibilityFaults,
  DARK,
  findChromium,
  PHONE,
  picture,
  startBrowser,
  visit,
} from '../dashboard/support/browser.js';
import { linkAt } from './support.js';

const found = findChromium();
stopApisAfterAll();

const folder = mkdtempSync(join(tmpdir(), 'templates-'));
const RIGHT_TO_LEFT = 'عروض الأسبوع: (3) خصومات';

/** The shipped template, with what customers read of it. */
function writeTemplates(): void {
  cpSync('templates', folder, { recursive: true });
  for (const [name, more] of [
    ['arabic', { title: RIGHT_TO_LEFT }],
    ['german', { title: 'Angebote der Woche', language: 'de' }],
  ] as const) {
    mkdirSync(join(folder, name));
    cpSync(join(folder, 'follow-up'), join(folder, name), { recursive: true });
    const file = join(folder, name, 'template.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...manifest, ...more }));
  }
}

const LOOKS = [
  ['light', {}],
  ['dark', DARK],
  ['phone', PHONE],
  ['dark-phone', { ...PHONE, ...DARK }],
] as const;

const WIDER = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

(found === undefined ? describe.skip : describe)('the page to unsubscribe in a browser', () => {
  let browser: Browser;
  let api: TestApi;

  beforeAll(async () => {
    writeTemplates();
    browser = await startBrowser(found ?? '');
    api = await startTestApi({
      TEMPLATES_DIR: folder,
      GENESYS_EMAIL_FROM_NAME: 'Northwind Outfitters',
    });
  });
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(LOOKS)(
    'is accessible, fits and loads nothing from elsewhere (%s)',
    async (look, options) => {
      const to = { email: `customer-${look}@example.com` };
      const { page, complaints, hosts } = await visit(browser, api.url, {
        ...options,
        locale: 'en-GB',
      });
      const sees = async (heading: string | RegExp, name: string) => {
        await page.getByRole('heading', { name: heading }).waitFor();
        await picture(page, `unsubscribe-${name}-${look}`);
        expect([name, await accessibilityFaults(page)]).toEqual([name, []]);
        expect([name, await page.evaluate(WIDER)]).toEqual([name, 0]);
      };
      await page.goto(linkAt(api, to, 'arabic'));
      await sees('Stop the messages from Northwind Outfitters?', 'ask');
      await page.getByText(RIGHT_TO_LEFT).waitFor();
      const direction = "getComputedStyle([...document.querySelectorAll('bdi')].at(-1)).direction";
      expect(await page.evaluate(direction)).toBe('rtl');
      await page.getByText('Only automatic emails').check();
      await page.getByRole('button', { name: 'Stop them' }).click();
      await sees('Done', 'done');
      await page.goto(`${linkAt(api, to)}x`);
      await sees('This link does not work', 'wrong');
      expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([]);
      expect([...hosts]).toEqual([new URL(api.url).host]);
    },
  );

  test('is in the language of the browser, else in that of the template', async () => {
    const url = linkAt(api, { email: 'customer@example.com' }, 'german');
    for (const [locale, button] of [
      ['fr-FR', 'Ne plus les recevoir'],
      ['es-ES', 'Dejar de recibirlos'],
      ['pl-PL', 'Abbestellen'],
    ]) {
      const { page } = await visit(browser, api.url, { locale });
      await page.goto(url);
      await page.getByRole('button', { name: button }).waitFor();
      await picture(page, `unsubscribe-${locale}`);
      expect([locale, await accessibilityFaults(page)]).toEqual([locale, []]);
    }
  });

  test('is worked by the keyboard alone', async () => {
    const { page } = await visit(browser, api.url, { locale: 'en-GB' });
    await page.goto(linkAt(api, { email: 'keys@example.com' }));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Done' }).waitFor();
  });
});
