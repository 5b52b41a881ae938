import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Client, control, handClock, logIn, logInAs } from './support/client.js';

const BATCHES = '/api/v2/recording/batchrequests';
const clock = handClock();
let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ generatedCustomers: 0, requestsPerMinute: 0, now: clock.now });
  client = await logIn(sandbox);
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

interface Result {
  conversationId: string;
  recordingId?: string;
  resultUrl?: string;
  contentType?: string;
  errorMsg?: string;
}
interface Batch {
  status: string;
  expectedResultCount: number;
  resultCount: number;
  errorCount: number;
  results: Result[];
}

function said(text: string, active = false): string {
  const messages = [{ from: 'customer' as const, text }];
  return sandbox.addConversation(WELL_KNOWN.delayedOrder.id, { minutesAgo: 10, active, messages });
}

async function start(...conversationIds: string[]): Promise<string> {
  const reply = await client.post(BATCHES, {
    batchDownloadRequestList: conversationIds.map((conversationId) => ({ conversationId })),
  });
  expect(reply.status).toBe(200);
  return (reply.body as { id: string }).id;
}

const look = async (id: string) => (await client.get(`${BATCHES}/${id}`)).body as Batch;

async function completed(...conversationIds: string[]): Promise<Batch> {
  const id = await start(...conversationIds);
  clock.advance(sandbox.settings.batchDurationMs);
  return look(id);
}

async function fileOf(batch: Batch): Promise<{ type: string | null; text: string }> {
  const response = await fetch(batch.results[0]?.resultUrl ?? '');
  return { type: response.headers.get('content-type'), text: await response.text() };
}

describe('a recording batch', () => {
  test('comes in one after another, errors counted among the results', async () => {
    const known = said('My order is late');
    const id = await start(known, 'unknown', said('Still here', true), said('Hello'));
    expect(await look(id)).toMatchObject({
      status: 'InProgress',
      expectedResultCount: 4,
      resultCount: 0,
      results: [],
    });
    clock.advance(sandbox.settings.batchDurationMs / 2);
    expect(await look(id)).toMatchObject({ status: 'InProgress', resultCount: 2, errorCount: 1 });
    clock.advance(sandbox.settings.batchDurationMs / 2);
    expect(await look(id)).toMatchObject({
      status: 'Completed',
      expectedResultCount: 4,
      resultCount: 4,
      errorCount: 2,
      results: [
        { conversationId: known, contentType: 'application/json', resultUrl: expect.any(String) },
        { conversationId: 'unknown', errorMsg: expect.any(String) },
        { errorMsg: expect.any(String) },
        { recordingId: expect.any(String) },
      ],
    });
  });

  test('leaves files of the transcript, as the recording itself has it, without a token', async () => {
    const conversationId = said('My order is late');
    const batch = await completed(conversationId);
    const before = sandbox.requests.count();
    const { type, text } = await fileOf(batch);
    expect(type).toMatch(/^application\/json/);
    expect(sandbox.requests.count()).toBe(before);
    const { body } = await client.get(`/api/v2/conversations/${conversationId}/recordings`);
    const [recording] = body as { messagingTranscript: object[] }[];
    expect(JSON.parse(text)).toEqual(recording?.messagingTranscript);
    expect(text).toContain('My order is late');
  });

  test('leaves out what redaction would change, unless the permission is named', async () => {
    sandbox.settings.sensitiveDataRedaction = true;
    const ids = [said('My card is 4111 1111 1111 1111'), said('Hello there')];
    const batch = await completed(...ids);
    expect(batch).toMatchObject({ status: 'Completed', expectedResultCount: 1, resultCount: 1 });
    expect(batch.results[0]).toMatchObject({ conversationId: ids[1] });
    sandbox.settings.permissions = [
      'recording:recording:view',
      'recording:recording:viewSensitiveData',
    ];
    expect((await completed(...ids)).resultCount).toBe(2);
  });

  test('is read by its submitter alone', async () => {
    const id = await start(said('Hello'));
    const other = await logInAs(sandbox, 'another');
    expect((await other.get(`${BATCHES}/${id}`)).status).toBe(403);
    expect((await client.get(`${BATCHES}/unknown`)).status).toBe(404);
  });

  test.each<[string, object]>([
    ['no entries', { batchDownloadRequestList: [] }],
    [
      '101 entries',
      {
        batchDownloadRequestList: Array.from({ length: 101 }, (_, n) => ({
          conversationId: `c${n}`,
        })),
      },
    ],
    ['an entry without a conversation', { batchDownloadRequestList: [{ recordingId: 'x' }] }],
    ['an unknown field', { batchDownloadRequestList: [{ conversationId: 'x' }], format: 'MP3' }],
  ])('with %s is a 400', async (_what, body) => {
    expect((await client.post(BATCHES, body)).status).toBe(400);
  });

  test('needs one of the permissions to view recordings', async () => {
    await control(sandbox, 'PATCH', '/settings', { permissions: ['conversation:message:view'] });
    expect((await client.post(BATCHES, {})).status).toBe(403);
  });
});

describe('faults of batches', () => {
  test('files may be audio, or JSON that cannot be read', async () => {
    sandbox.faults.add({ kind: 'batch-voice' });
    const voice = await completed(said('Hello'));
    expect(voice.results[0]?.contentType).toBe('audio/ogg');
    expect(await fileOf(voice)).toMatchObject({
      type: 'audio/ogg',
      text: expect.stringMatching(/^OggS/),
    });
    sandbox.faults.add({ kind: 'batch-unreadable' });
    const { text } = await fileOf(await completed(said('Hello')));
    expect(() => JSON.parse(text)).toThrow();
  });

  test('entries may be errors, and a batch may never complete', async () => {
    sandbox.faults.add({ kind: 'batch-errors', share: 1 });
    expect(await completed(said('Hello'))).toMatchObject({ resultCount: 1, errorCount: 1 });
    sandbox.faults.add({ kind: 'batch-stuck' });
    const id = await start(said('Hello'), said('Hello'));
    clock.advance(3_600_000);
    expect(await look(id)).toMatchObject({ status: 'InProgress', resultCount: 1 });
  });
});
