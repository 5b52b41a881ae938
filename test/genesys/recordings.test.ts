import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LANE, startClient, type TestClient } from './support/client.js';
import { json, type Platform, startPlatform } from './support/platform.js';

const TEXT = 'MARKER text of the customer';

let platform: Platform;
let genesys: TestClient;

beforeEach(async () => {
  platform = await startPlatform();
  genesys = await startClient({ baseUrl: platform.url });
});

afterEach(async () => {
  await genesys.client.close();
  await platform.close();
});

/** Answers with these bytes, whatever they are. */
function answerWith(status: number, text: string): void {
  platform.handler = (_request, response) => {
    response.writeHead(status, { 'ININ-Correlation-Id': 'correlation-1' }).end(text);
  };
}

const recordings = () => genesys.client.getRecordings('conversation-1', LANE);

const warnings = () =>
  genesys
    .logged()
    .split('\n')
    .filter((line) => /"level":[456]0/.test(line));

describe('the recordings of a conversation', () => {
  test('are asked for without media, and without the platform waiting for them', async () => {
    answerWith(200, '[]');
    expect(await recordings()).toEqual({
      ok: true,
      status: 200,
      correlationId: 'correlation-1',
      data: { ready: true, recordings: [] },
    });
    expect(platform.requests).toEqual([
      expect.objectContaining({
        method: 'GET',
        path: '/api/v2/conversations/conversation-1/recordings',
        query: { formatId: 'NONE', maxWaitMs: '1' },
      }),
    ]);
    // Asked for once more where the login took longer than a slot is good for.
    expect(new Set(genesys.admission.admitted)).toEqual(new Set(['recordings']));
  });

  test('are read for who said what and when; other kinds have no transcript', async () => {
    const line = { id: 'm1', timestamp: 't', purpose: 'customer', messageText: TEXT };
    platform.handler = (_request, response) =>
      json(response, 200, [{ media: 'screen' }, { media: 'message', messagingTranscript: [line] }]);
    expect(await recordings()).toMatchObject({
      ok: true,
      data: { ready: true, recordings: [{}, { messagingTranscript: [line] }] },
    });
    expect(genesys.logged()).not.toContain('MARKER');
  });

  test('that are not as they should be in part do not cost the rest', async () => {
    const lines = [
      { purpose: 'customer', messageText: 7, buttonResponse: 'yes', events: null },
      { purpose: 'customer', messageText: 'kept' },
    ];
    platform.handler = (_request, response) =>
      json(response, 200, [{ messagingTranscript: 'none' }, { messagingTranscript: lines }]);
    const result = await recordings();
    expect(result).toMatchObject({
      ok: true,
      data: { recordings: [{}, { messagingTranscript: [{}, { messageText: 'kept' }] }] },
    });
  });

  test.each([
    ['nothing', ''],
    ['an object', '{}'],
    ['an empty list', '[]'],
    ['a list of what will be', '[{"id":"r1","fileState":"UPLOADING"}]'],
    ['no JSON', 'in progress'],
  ])('are not ready after a 202 with %s, which is no failure', async (_name, text) => {
    answerWith(202, text);
    expect(await recordings()).toEqual({
      ok: true,
      status: 202,
      correlationId: 'correlation-1',
      data: { ready: false },
    });
    expect(platform.requests).toHaveLength(1);
    expect(warnings()).toEqual([]);
  });

  test.each(['{}', '', 'null', '[null]'])(
    'are no list in a 200 with %j: malformed',
    async (text) => {
      answerWith(200, text);
      expect(await recordings()).toMatchObject({ ok: false, failure: { kind: 'malformed' } });
      expect(warnings()).toHaveLength(1);
    },
  );

  test('may be absent, which is no error', async () => {
    answerWith(404, '{"code":"not.found","status":404}');
    expect(await recordings()).toMatchObject({ ok: false, failure: { status: 404 } });
    expect(warnings()).toEqual([]);
  });

  test('are asked for again after a 503', async () => {
    platform.handler = (_request, response) =>
      platform.requests.length === 1 ? json(response, 503, {}) : json(response, 200, []);
    expect(await recordings()).toMatchObject({ ok: true, data: { ready: true } });
    expect(platform.requests).toHaveLength(2);
  });
});
