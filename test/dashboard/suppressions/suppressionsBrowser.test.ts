import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import {
  accessibilityFaults,
  DARK,
  findChromium,
  logIn,
  PHONE,
  picture,
  startBrowser,
  visit,
} from '../support/browser.js';
import { LOGIN } from '../support/visitor.js';

const found = findChromium();

stopApisAfterAll();

(found === undefined ? describe.skip : describe)('suppressions in a browser', () => {
  let browser: Browser;
  let api: TestApi;

  beforeAll(async () => {
    browser = await startBrowser(found ?? '');
    api = await startTestApi(LOGIN);
  });
  afterAll(() => browser?.close());

  test('a file is imported, an address of it found and taken off; phone and dark are readable', async () => {
    const { page, complaints } = await visit(browser, api.url, { ...PHONE, ...DARK });
    await logIn(page, '/suppressions');
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'suppressions-empty-phone');
    await page.locator('#file').setInputFiles({
      name: 'stop <b>.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('Kontakt,channels\nann@example.com,web\nno address,\n'),
    });
    await page.getByRole('button', { name: 'Read Kontakt as Email address' }).click();
    await page.getByRole('button', { name: /^Upload stop/ }).click();
    await page.getByText('1 row taken: 1 new').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'suppressions-imported-phone');
    await page.setViewportSize({ width: 1200, height: 900 });
    await page.getByLabel('Email address, phone number or contact id').fill('ann@example.com');
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByText('It is suppressed.').waitFor();
    expect(page.url()).not.toContain('ann');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByText('What policy says now').waitFor();
    await picture(page, 'suppressions-found');
    await page.setViewportSize(PHONE.viewport);
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'suppressions-found-phone');
    await page.getByLabel('The person wants to be written to again').check();
    await page.getByRole('button', { name: 'Take it off the list' }).click();
    await page.getByText('The address is off the list.').waitFor();
    expect(complaints).toEqual([]);
  });
});
