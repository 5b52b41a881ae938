import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { hashPassword } from '../../../src/people/passwordHash.js';
import { changeUserFile } from '../../../src/people/userFile.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { givenUnknowns } from '../../api/support/unknowns.js';
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

/** The narrowest phone that the pages are made for. */
const NARROW_PHONE = { viewport: { width: 360, height: 780 } } as const;
/** As long as ids may be, and without a place to break a line. */
const LONG_ID = 'L'.repeat(128);
const VIEWER = { name: 'vera', password: 'a viewer’s password' };

(found === undefined ? describe.skip : describe)('notifications in a browser', () => {
  let browser: Browser;
  let api: TestApi;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'people-'));
    const users = path.join(folder, 'users');
    const hash = await hashPassword(VIEWER.password);
    await changeUserFile(users, () => [{ name: VIEWER.name, role: 'viewer', hash }]);
    browser = await startBrowser(found ?? '');
    api = await startTestApi({ ...LOGIN, CONSOLE_USERS: users });
    await givenUnknowns(api, ['u1', 'u2', 'u3', 'u4', LONG_ID]);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function judge(page: Page, name: string): Promise<void> {
    await picture(page, name);
    expect([name, await accessibilityFaults(page)]).toEqual([name, []]);
    const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect([name, await page.evaluate(wider)]).toEqual([name, 0]);
  }
  const stateOf = async (id: string) =>
    (await api.call('GET', `/v1/notifications/${id}`)).body['state'];

  test('an unknown is found and decided, then all of its kind at once, though the button is pressed twice', async () => {
    const { page, complaints, hosts } = await visit(browser, api.url);
    await logIn(page, '/notifications');
    await judge(page, 'notifications');
    await page.getByLabel('Find a notification or a customer').fill('u1');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Notification u1' }).waitFor();
    await judge(page, 'notification-unknown');
    await page.getByRole('button', { name: 'It was sent' }).click();
    await page.getByText('It was decided by ops that it was sent.').waitFor();

    const asked = { made: 1, since: Date.now(), nextAt: Date.now() + 510_000 };
    await givenUnknowns(api, ['u5'], 1_000, asked);
    await page.goto('/notifications');
    await page.getByRole('link', { name: 'Look and decide' }).click();
    await page.getByText('Genesys Cloud is still asked for 1; 4 wait for a person.').waitFor();
    await judge(page, 'unknowns');
    await page.getByRole('checkbox', { name: 'u2' }).check();
    await page.getByRole('button', { name: 'Those ticked were sent' }).click();
    await page.getByRole('heading', { name: 'What was decided' }).waitFor();

    await page.goto('/notifications?state=unknown');
    await page.getByRole('link', { name: 'Look at these' }).click();
    await page.getByRole('checkbox', { name: /I have looked/ }).check();
    await judge(page, 'unknowns-of-a-kind');
    await page.getByRole('button', { name: 'All of this kind were not sent' }).dblclick();
    await page.getByText('4 were decided as not sent').waitFor();
    expect(await Promise.all(['u1', 'u2', 'u3', 'u4', 'u5', LONG_ID].map(stateOf))).toEqual([
      'sent',
      'sent',
      'failed',
      'failed',
      'failed',
      'failed',
    ]);
    await page.getByRole('checkbox', { name: 'u3' }).check();
    await page.getByRole('button', { name: 'Try those ticked again' }).click();
    await page.getByText('1 were queued again').waitFor();
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(api.url).host]);
  });

  test('a viewer looks, has no button, and is refused; on a narrow phone in the dark', async () => {
    const asked = { made: 1, since: Date.now(), nextAt: Date.now() + 510_000 };
    await givenUnknowns(api, ['v1'], 1_000, asked);
    const { page } = await visit(browser, api.url, { ...NARROW_PHONE, ...DARK });
    await page.goto('/notifications/v1');
    await page.getByLabel('User').fill(VIEWER.name);
    await page.getByLabel('Password').fill(VIEWER.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('An operator can decide').waitFor();
    await page.getByText(/Genesys Cloud is asked for it again at/).waitFor();
    await judge(page, 'notification-viewer');
    for (const at of [
      '/notifications',
      '/notifications?state=unknown',
      `/notifications/${LONG_ID}`,
    ]) {
      await page.goto(at);
      await judge(page, `viewer-${at.length}`);
      expect(await page.getByRole('button', { name: /sent|again|Cancel/ }).count()).toBe(0);
    }
    const refused = await page.request.post('/notifications/v1/resolve', {
      form: { outcome: 'sent' },
      headers: { origin: api.url },
    });
    expect([refused.status(), await stateOf('v1')]).toEqual([403, 'unknown']);
  });
});
