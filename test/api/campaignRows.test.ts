import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApi, stopApisAfterAll, type TestApi } from './support/api.js';
import { CAMPAIGN, ROWS, upload } from './support/campaigns.js';

stopApisAfterAll();

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

let made = 0;
async function newCampaign(): Promise<string> {
  made += 1;
  const id = `rows-${made}`;
  await api.call('POST', '/v1/campaigns', { ...CAMPAIGN, id });
  return id;
}

const state = async (id: string) => (await api.call('GET', `/v1/campaigns/${id}`)).body['state'];

/** The header of an upload that is sent by hand, so that it can be cut off. */
async function beginUpload(id: string, length: number): Promise<Socket> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `PUT /v1/campaigns/${id}/rows HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`,
  );
  await once(socket, 'data');
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('uploading rows', () => {
  test('answers with what was found, and the first rows that were refused', async () => {
    const id = await newCampaign();
    const { status, body } = await upload(api, id, ROWS);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      campaign: {
        id,
        state: 'ready',
        import: { rows: 2, rejected: 1, duplicates: 0, addressedBy: { email: 2 } },
        counts: { waiting: 2 },
        progress: { rows: 2, ended: 0 },
        possible: ['start', 'dry-run', 'import', 'cancel'],
      },
      problems: [{ row: 4, column: 'email' }],
      refused: [{ row: 4, column: 'email' }],
    });
  });

  const STRANGE = 'Kontaktweg;Filiale\nann@example.com;Köln\n';

  test('names the columns of a header that is not known, and reads it by map and ignore', async () => {
    const id = await newCampaign();
    const refused = await upload(api, id, STRANGE);
    expect(refused).toMatchObject({
      status: 422,
      body: {
        detail: expect.stringMatching(/\?map=Kontaktweg%3Demail$/),
        problems: [
          {
            expected: expect.stringMatching(/found: Kontaktweg, Filiale$/),
            suggestion: { column: 'Kontaktweg', as: 'email' },
          },
        ],
      },
    });
    const query = '?map=Kontaktweg%3Demail&ignore=Filiale';
    const { body } = await upload(api, id, STRANGE, { 'content-type': 'text/csv' }, query);
    expect(body).toMatchObject({ campaign: { import: { rows: 1, keptColumns: [] } } });
    const wrong = await upload(api, id, STRANGE, { 'content-type': 'text/csv' }, '?map=x&y=1');
    expect(wrong).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'map' }, { field: 'y' }] },
    });
  });

  test('reads it by the map of the campaign, and letters by the charset of the type', async () => {
    const id = 'mapped';
    await api.call('POST', '/v1/campaigns', { ...CAMPAIGN, id, map: { Kontaktweg: 'email' } });
    const ansi = { 'content-type': 'text/csv; charset=windows-1252' };
    const { body } = await upload(api, id, Buffer.from(STRANGE, 'latin1'), ansi);
    expect(body).toMatchObject({
      campaign: { map: { Kontaktweg: 'email' }, import: { rows: 1, rejected: 0 } },
    });
    const unknown = { 'content-type': 'text/csv; charset=klingon' };
    expect(await upload(api, id, STRANGE, unknown)).toMatchObject({ status: 422 });
  });

  test('of which over one in ten are rejected makes a campaign that starts only when that is accepted', async () => {
    const id = await newCampaign();
    const rows = Array.from({ length: 9 }, (_, at) => `c${at}@example.com`);
    await upload(api, id, ['email', ...rows, ...'abcde', ''].join('\n'));
    const start = (body?: object) => api.call('POST', `/v1/campaigns/${id}/start`, body);
    expect(await start()).toMatchObject({
      status: 409,
      body: {
        needs: 'accept-rejected',
        detail: expect.stringMatching(/^5 of 14 rows .*acceptRejected/),
      },
    });
    expect((await api.call('GET', `/v1/campaigns/${id}`)).body).toMatchObject({
      state: 'ready',
      reason: expect.stringMatching(/more than one in ten/),
    });
    expect(await start({ acceptRejected: true })).toMatchObject({ status: 200 });
  });

  const ndjson = '{"email":"customer@example.com"}\n{"email":"regular@example.com"}\n';
  test.each([
    ['CSV', ROWS, { 'content-type': 'text/csv; charset=utf-8' }],
    ['NDJSON', ndjson, { 'content-type': 'application/x-ndjson' }],
    ['bytes of any kind', ndjson, { 'content-type': 'application/octet-stream' }],
    ['what curl calls everything', ROWS, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['what is not named at all', new TextEncoder().encode(ROWS), {}],
    [
      'gzip by its header',
      gzipSync(ROWS),
      { 'content-type': 'text/csv', 'content-encoding': 'gzip' },
    ],
    ['gzip by its first bytes', gzipSync(ROWS), { 'content-type': 'text/csv' }],
  ])('takes %s', async (_title, file, headers) => {
    const id = await newCampaign();
    expect(await upload(api, id, file, headers as Record<string, string>)).toMatchObject({
      status: 200,
      body: { campaign: { import: { rows: 2 } } },
    });
  });

  test.each([
    ['JSON', { 'content-type': 'application/json' }],
    ['a form', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['brotli', { 'content-type': 'text/csv', 'content-encoding': 'br' }],
  ])('refuses %s with 415, and says how to send it', async (_title, headers) => {
    const id = await newCampaign();
    const answer = await upload(api, id, ROWS, headers as Record<string, string>);
    expect(answer.status).toBe(415);
    expect(answer.body['detail']).toMatch(/Send the file itself/);
  });

  test('a file that cannot be used leaves the campaign as it was', async () => {
    const id = await newCampaign();
    for (const file of ['', 'name,city\nAnn,Berlin\n', 'email\nnowhere\n', 'PK\u0003\u0004']) {
      const { status, body } = await upload(api, id, file);
      expect({ status, type: body['type'] }).toEqual({
        status: 422,
        type: 'urn:proactive-notifier:problem:rows-refused',
      });
      expect(body['rows']).toEqual(
        expect.arrayContaining([expect.objectContaining({ expected: expect.any(String) })]),
      );
    }
    expect(await state(id)).toBe('importing');
  });

  test('again takes the place of the rows before', async () => {
    const id = await newCampaign();
    await upload(api, id, ROWS);
    const second = await upload(api, id, 'email\nbuttons@example.com\n');
    expect(second.body).toMatchObject({ campaign: { counts: { waiting: 1 } }, refused: [] });
  });
});

describe('an upload over a connection', () => {
  test('that is lost leaves nothing, and can be repeated', async () => {
    const id = await newCampaign();
    const socket = await beginUpload(id, 1_000_000);
    socket.write(ROWS + 'x@example.com,,\n'.repeat(2_000));
    socket.destroy();
    const answered = () =>
      api.logged.some((line) => line.includes(id) && line.includes('broke off'));
    while (!answered()) await pause(10);
    expect(await state(id)).toBe('importing');
    expect((await upload(api, id, ROWS)).status).toBe(200);
  });

  test('is answered at once with what is wrong with its header, before it has sent the rest', async () => {
    const id = await newCampaign();
    const length = 8 * 1024 * 1024;
    const socket = await beginUpload(id, length);
    const header = 'name,city\n';
    socket.write(`${header}${'Ann,Berlin\n'.repeat(1_000)}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 422 [\s\S]*rows-refused/);
    // What is left is read and thrown away: the connection goes on.
    const rest = length - header.length - 'Ann,Berlin\n'.length * 1_000;
    socket.write(Buffer.alloc(rest, 'x'));
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(await readAll(socket)).toMatch(/HTTP\/1.1 200 OK[\s\S]*alive/);
  });
});
