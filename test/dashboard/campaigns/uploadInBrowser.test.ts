import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { type PrivateRedis, startPrivateRedis } from '../../support/redis.js';
import {
  accessibilityFaults,
  findChromium,
  picture,
  startBrowser,
  visit,
} from '../support/browser.js';

const found = findChromium();
const FILE = {
  name: 'rows.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from('email,name\nada@example.com,Ada\n'),
};

stopApisAfterAll();

(found === undefined ? describe.skip : describe)('the page of a file', () => {
  let browser: Browser;
  let server: PrivateRedis;
  let api: TestApi;

  beforeAll(async () => {
    browser = await startBrowser(found ?? '');
    server = await startPrivateRedis();
    api = await startTestApi({ REDIS_URL: server.url });
  });
  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    await server?.stop();
  });

  /** Redis keeps nothing over its death here. */
  async function campaignIsThere(id: string): Promise<void> {
    const call = () => api.call('POST', '/v1/campaigns', { id, template: 'follow-up' });
    while ((await call()).status === 503);
  }

  test('says in its place that Redis does not answer, and takes the file once it does', async () => {
    await campaignIsThere('away');
    const { page } = await visit(browser, api.url);
    await page.goto('/campaigns/away');
    await server.kill('SIGKILL');
    await page.locator('#file').setInputFiles(FILE);
    const said = page.locator('[data-outcome]').getByRole('alert');
    await said.getByText('Redis cannot be reached.').waitFor();
    await picture(page, 'upload-redis-away');
    expect(await page.getByRole('navigation').count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);

    await server.restart();
    await campaignIsThere('away');
    await page.locator('#file').setInputFiles({ ...FILE, name: 'again.csv' });
    const upload = page.getByRole('button', { name: /^Upload again.csv/ });
    await upload.waitFor();
    expect(await said.count()).toBe(0);
    await server.kill('SIGKILL');
    await upload.click();
    await said.getByText('Redis cannot be reached.').waitFor();
    expect(await page.getByRole('navigation').count()).toBe(1);
  });

  test('says of a campaign that is gone that it is gone', async () => {
    await server.restart();
    await campaignIsThere('gone');
    const { page } = await visit(browser, api.url);
    await page.goto('/campaigns/gone');
    await page.evaluate(
      `document.querySelector('[data-upload]').dataset.columns = '/campaigns/other/columns'`,
    );
    await page.locator('#file').setInputFiles(FILE);
    await page.getByText('There is no such campaign any more.').waitFor();
  });
});
