import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { templatesDir } from '../../../src/templates/loadTemplates.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import {
  accessibilityFaults,
  DARK,
  findChromium,
  logIn,
  picture,
  startBrowser,
  visit,
} from '../support/browser.js';
import { LOGIN } from '../support/visitor.js';

const found = findChromium();

stopApisAfterAll();

const ATTACK = `<script>parent.document.title = 'taken'; top.location = 'https://evil.example'</script>`;

function templateFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'templates-'));
  cpSync(templatesDir({}), dir, { recursive: true });
  const own = join(dir, 'hostile');
  mkdirSync(own);
  const files = {
    'template.json': JSON.stringify({ description: `${ATTACK} \u202E${'a'.repeat(300)}` }),
    'email.subject.liquid': ATTACK,
    'email.html.liquid': `<body>${ATTACK}<a href="https://evil.example" target="_top">Win</a>{{ customerName }}</body>`,
    'email.text.liquid': ATTACK,
    'sms.liquid': `${ATTACK} ${'a'.repeat(300)}`,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(own, file), text);
  return dir;
}

(found === undefined ? describe.skip : describe)('templates and settings in a browser', () => {
  let browser: Browser;
  let dir: string;
  let api: TestApi;

  beforeAll(async () => {
    dir = templateFolder();
    browser = await startBrowser(found ?? '');
    api = await startTestApi({ ...LOGIN, TEMPLATES_DIR: dir });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(dir, { recursive: true });
  });

  test('a hostile template is shown and runs nothing; what the doctor finds comes by itself', async () => {
    const phone = { viewport: { width: 360, height: 800 }, ...DARK };
    const { page, hosts } = await visit(browser, api.url, phone);
    await logIn(page, '/templates');
    await picture(page, 'templates-phone');
    await page.getByRole('link', { name: 'hostile', exact: true }).click();
    const mail = page.frameLocator('iframe.mail');
    await mail.getByText('Anna Schmidt').waitFor();
    // A link of the email asks for the whole window; the frame lets none through.
    await mail.getByRole('link', { name: 'Win' }).click();
    await page.getByLabel('Sample customer').selectOption({ label: 'an attack (Robert)' });
    await page.getByRole('button', { name: 'Show' }).click();
    await page.frameLocator('iframe.mail').getByText('Robert').waitFor();
    expect(await page.title()).toBe('hostile · proactive-notifier');
    expect(await accessibilityFaults(page)).toEqual([]);
    const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate(wider)).toBe(0);
    await picture(page, 'template-hostile-phone');

    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('Nothing has looked yet.').waitFor();
    await page.getByRole('button', { name: 'Run the doctor' }).click();
    await page.getByText('asked Genesys Cloud nothing').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate(wider)).toBe(0);
    await picture(page, 'settings-phone');
    await page.goto('/docs');
    expect(await page.evaluate(wider)).toBe(0);
    expect([...hosts]).toEqual([new URL(api.url).host]);
  });
});
