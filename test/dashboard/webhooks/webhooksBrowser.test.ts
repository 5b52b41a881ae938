import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { Receiver, until } from '../../webhooks/support/receiver.js';
import { Senders } from '../../webhooks/support/senders.js';
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

(found === undefined ? describe.skip : describe)('webhooks in a browser', () => {
  let browser: Browser;
  let api: TestApi;
  let senders: Senders;
  let receiver: Receiver;

  beforeAll(async () => {
    browser = await startBrowser(found ?? '');
    api = await startTestApi({ ...LOGIN, WEBHOOKS_ALLOW_PRIVATE: 'on' });
    senders = new Senders(api);
    receiver = await Receiver.start();
    senders.start();
  });
  afterAll(async () => {
    await browser?.close();
    await senders?.stop();
    await receiver?.close();
  });

  test('one is made and tested, its failures are seen, and it is deleted; phone and dark are readable', async () => {
    const { page, complaints } = await visit(browser, api.url, { ...PHONE, ...DARK });
    await logIn(page, '/webhooks');
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'webhooks-empty-phone');
    await page.getByLabel('URL').fill(receiver.url);
    await page.getByLabel('Description').fill('Outcomes into the CRM');
    await page.getByRole('button', { name: 'Make it and show its secret' }).click();
    await page.getByText('It is shown this once.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'webhooks-secret-phone');
    await page.getByRole('link', { name: 'I have it' }).click();
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByText('A test was sent.').waitFor();
    receiver.answer = () => ({ status: 503, body: 'upstream is away' });
    for (const id of ['invoice-4711', 'invoice-4712']) await senders.notification(id);
    await until(() => senders.results.filter((result) => result === 'retry').length >= 2);
    await until(async () => {
      await page.reload();
      return (await page.getByText('HTTP 503').count()) >= 2;
    });
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'webhooks-one-phone');
    await page.setViewportSize({ width: 1200, height: 900 });
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'webhooks-one');
    await page.getByRole('link', { name: 'All webhooks' }).click();
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'webhooks-list');
    await page.setViewportSize(PHONE.viewport);
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'webhooks-list-phone');
    await page.getByRole('link', { name: 'Outcomes into the CRM' }).click();
    await page.getByLabel('Delete it for good').check();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('The webhook is deleted.').waitFor();
    expect(complaints).toEqual([]);
  });
});
