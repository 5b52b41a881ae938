import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { Visitor } from '../support/visitor.js';

stopApisAfterAll();

let api: TestApi;
let visitor: Visitor;
let made = 0;

beforeAll(async () => {
  api = await startTestApi();
  visitor = new Visitor(api.url);
});

async function campaign(): Promise<string> {
  made += 1;
  const id = `c${made}`;
  await api.call('POST', '/v1/campaigns', { id, template: 'follow-up' });
  return id;
}

interface Sending {
  choices?: Record<string, string>;
  headers?: Record<string, string>;
}

/** What the script of the page sends. */
async function put(id: string, file: string | Uint8Array, { choices = {}, headers }: Sending = {}) {
  const answer = await fetch(`${api.url}/campaigns/${id}/rows`, {
    method: 'PUT',
    body: file,
    headers: {
      origin: api.url,
      'content-type': 'application/octet-stream',
      'notifier-columns': encodeURIComponent(JSON.stringify(choices)),
      ...headers,
    },
  });
  return { status: answer.status, text: await answer.text() };
}

async function columns(id: string, file: string | Uint8Array, choices = {}, encoding = '') {
  const head = Buffer.from(file).toString('base64');
  const answer = await fetch(`${api.url}/campaigns/${id}/columns`, {
    method: 'POST',
    body: JSON.stringify({ head, isWhole: true, encoding, choices }),
    headers: { origin: api.url, 'content-type': 'application/json' },
  });
  return { status: answer.status, text: await answer.text() };
}

const viewOf = async (id: string) => (await api.call('GET', `/v1/campaigns/${id}`)).body;

const FILE = 'Kontaktweg;Vorname;Notiz\nada@example.com;Ada;x\nben@example.com;Ben;y\n';

describe('the columns of a file', () => {
  test('are shown with what they mean, and as they were corrected by hand', async () => {
    const id = await campaign();
    const before = await columns(id, FILE);
    expect(before.text).toContain('Read <bdi>Kontaktweg</bdi> as Email address');
    expect(before.text).toContain('data-usable="no"');
    const after = await columns(id, FILE, { Kontaktweg: 'email', Notiz: '-' });
    expect(after.text).toContain('data-usable="yes"');
    expect(after.text).toMatch(/<option value="email" selected>/);
    expect(after.text).toContain('left out');
    expect(after.text).toContain('Of the first 2 rows: 2 recipients, 0 rows refused.');
    expect((await viewOf(id))['state']).toBe('importing');
  });

  test('of a file in another encoding are read once that is said', async () => {
    const id = await campaign();
    const file = Buffer.from('email;Pr\xe9nom\nada@example.com;Zo\xe9\n', 'latin1');
    expect((await columns(id, file, {}, 'windows-1252')).text).toContain('<bdi>Zoé</bdi>');
  });

  test.each(['{', '[]', '{"head":"%%"}'])('of what is no file (%s) are none', async (body) => {
    const answer = await fetch(`${api.url}/campaigns/${await campaign()}/columns`, {
      method: 'POST',
      body,
      headers: { origin: api.url, 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('The request cannot be read.');
  });

  test('that are written by another person stand as text', async () => {
    const { text } = await columns(await campaign(), 'email,<img src=x>\na@example.com,<b>\n');
    expect(text).not.toContain('<img src=x>');
    expect(text).toContain('&#60;b&#62;');
  });
});

describe('an upload', () => {
  test('goes through the importer of the API, with the columns that were chosen', async () => {
    const id = await campaign();
    const sent = await put(id, gzipSync(FILE), { choices: { Kontaktweg: 'email', Notiz: '-' } });
    expect(sent).toEqual({ status: 200, text: JSON.stringify({ location: `/campaigns/${id}` }) });
    expect(await viewOf(id)).toMatchObject({
      state: 'ready',
      import: { rows: 2, keptColumns: [], addressedBy: { email: 2 } },
    });
  });

  test('that cannot be used says why, and that nothing was stored', async () => {
    const id = await campaign();
    const refused = await put(id, FILE);
    expect(refused.status).toBe(422);
    expect(refused.text).toMatch(/This file was not imported.*Nothing of it was stored/s);
    const broken = await put(id, FILE, { headers: { 'notifier-columns': '%7B' } });
    expect(broken.status).toBe(400);
    expect((await put('none', FILE)).status).toBe(404);
    expect(await viewOf(id)).toMatchObject({ state: 'importing', counts: { waiting: 0 } });
  });

  test('to a campaign that has begun is refused', async () => {
    const id = await campaign();
    await put(id, FILE, { choices: { Kontaktweg: 'email' } });
    await api.call('POST', `/v1/campaigns/${id}/start`);
    const late = await put(id, FILE, { choices: { Kontaktweg: 'email' } });
    expect(late.status).toBe(409);
    expect(late.text).toContain('it has been started');
  });

  test('that ends half way is said to be so, and can be repeated', async () => {
    const id = await campaign();
    const sending = httpRequest(`${api.url}/campaigns/${id}/rows`, {
      method: 'PUT',
      headers: { origin: api.url, 'content-type': 'text/csv', 'content-length': 1_000_000 },
    });
    sending.on('error', () => undefined);
    const lines = Array.from({ length: 1_200 }, (_, at) => `c${at}@example.com,C ${at}`);
    sending.write(`email,name\n${lines.join('\n')}\n`);
    const uploadOf = async () => (await viewOf(id))['upload'] as { state: string } | undefined;
    while ((await uploadOf())?.state !== 'coming');
    const page = await (await visitor.open(`/campaigns/${id}`)).text();
    expect(page).toContain('A file is being uploaded');
    sending.destroy();
    while ((await uploadOf())?.state !== 'broken_off');
    const after = await (await visitor.open(`/campaigns/${id}`)).text();
    expect(after).toMatch(/The last upload broke off.*Nothing of it was stored/s);
    expect((await viewOf(id))['counts']).toMatchObject({ waiting: 0 });
    expect((await put(id, FILE, { choices: { Kontaktweg: 'email' } })).status).toBe(200);
    expect((await viewOf(id))['upload']).toBeUndefined();
  });

  test('from a page of another site is refused', async () => {
    const id = await campaign();
    for (const origin of ['https://evil.example', '']) {
      const { status } = await put(id, FILE, { headers: { origin } });
      expect(status).toBe(403);
    }
    expect((await viewOf(id))['state']).toBe('importing');
  });

  test('never has a column that may be an address in an URL or in the log', async () => {
    const id = await campaign();
    const file = 'headerless@example.com,Ada\nben@example.com,Ben\n';
    const sent = await put(id, file, { choices: { 'headerless@example.com': 'email' } });
    expect(sent.status).toBe(200);
    expect(api.logged.join('')).not.toContain('headerless');
  });
});
