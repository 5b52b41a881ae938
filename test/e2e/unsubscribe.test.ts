import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { upload } from '../api/support/campaigns.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { freePort } from '../support/freePort.js';

stopApisAfterAll();

let deployment: Deployment;
let api: TestApi;

beforeAll(async () => {
  deployment = await deploy();
  const port = await freePort();
  const env = { PUBLIC_URL: `http://127.0.0.1:${port}`, API_PORT: `${port}` };
  api = await startTestApi({ ...deployment.env, ...env });
  await deployment.startWorker(env);
});

afterAll(async () => {
  await api?.stop();
  await deployment?.stop();
});

/** A campaign of one row, and what became of it. */
async function campaign(id: string, row: string, template = 'follow-up') {
  const made = await api.call('POST', '/v1/campaigns', {
    id,
    template,
    channels: ['email', 'sms'],
    history: { required: false },
  });
  expect(made.status).toBe(201);
  await upload(api, id, `email,phone\n${row}\n`);
  expect((await api.call('POST', `/v1/campaigns/${id}/start`)).status).toBe(200);
  return deployment.reaches(`${id}.2`, 'sent', 'skipped', 'failed');
}

const ROW = 'newcomer@example.com,+15550100003';

test('a customer who presses the button behind the link of a campaign gets no row of the next one', async () => {
  expect(await campaign('first', ROW)).toMatchObject({ state: 'sent', channel: 'email' });
  const [email] = deployment.sandbox.deliveries.list();
  const [url] = /http:\/\/127\.0\.0\.1:\d+\/u\/[\w.-]+/.exec(email?.html ?? '') ?? [];
  expect(email?.text).toContain(url);
  const page = await fetch(url ?? '');
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Example Care')]);

  const oneClick = { method: 'POST', body: new URLSearchParams('List-Unsubscribe=One-Click') };
  expect((await fetch(url ?? '', oneClick)).status).toBe(200);

  const before = deployment.deliveries();
  expect(await campaign('second', ROW)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
  // Neither where a file knows the number alone, nor where it knows another number for the address.
  for (const [id, row] of [
    ['by-number', ',+15550100003'],
    ['by-address', 'NewComer@Example.com,+15550100004'],
  ] as const) {
    expect(await campaign(id, row)).toMatchObject({ state: 'skipped', reason: 'suppressed' });
  }
  expect(deployment.deliveries()).toBe(before);
  expect(await campaign('others', 'regular@example.com,')).toMatchObject({ state: 'sent' });
});
