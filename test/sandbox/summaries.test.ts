import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN, type WellKnown } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Client, control, LOOKUP, logIn } from './support/client.js';

let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ generatedCustomers: 0, requestsPerMinute: 0 });
  client = await logIn(sandbox);
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

const set = (settings: object) => control(sandbox, 'PATCH', '/settings', settings);
const summaryOf = (id: string) => client.get(`/api/v2/conversations/${id}/summaries`);

function said(text: string, more: { who?: WellKnown; active?: boolean } = {}): string {
  const { who = 'delayedOrder', active = false } = more;
  const messages = [{ from: 'customer' as const, text }];
  return sandbox.addConversation(WELL_KNOWN[who].id, { minutesAgo: 10, active, messages });
}

describe('summaries', () => {
  test('say what a conversation was about, where they are switched on', async () => {
    await set({ summaries: 'on' });
    const id = said('My order 48213 is late');
    expect(await summaryOf(id)).toMatchObject({
      status: 200,
      body: {
        conversation: { id },
        summary: {
          text: expect.stringContaining('My order 48213 is late'),
          status: 'Completed',
          mediaType: 'Webmessaging',
          language: 'en-us',
          confidence: expect.any(Number),
          reason: { text: expect.stringContaining('48213') },
          followup: { text: expect.any(String) },
          resolution: { text: expect.any(String), outcome: 'Resolved' },
          predictedWrapupCodes: [],
        },
        sessionSummaries: [expect.objectContaining({ status: 'Completed' })],
      },
    });
  });

  test("are in the customer's language, or the one of the settings", async () => {
    await set({ summaries: 'on' });
    const id = said('שלום, איפה ההזמנה שלי?', { who: 'hebrew' });
    expect((await summaryOf(id)).body).toMatchObject({ summary: { language: 'he-il' } });
    await set({ summaryLanguage: 'de' });
    expect((await summaryOf(id)).body).toMatchObject({
      summary: { language: 'de-de', text: expect.stringContaining('Der Kunde schrieb') },
    });
  });

  test('are missing where they are switched off: a 404, a 403, or empty', async () => {
    const id = said('Hello');
    expect((await summaryOf(id)).status).toBe(404);
    await set({ summaries: 'forbidden' });
    expect(await summaryOf(id)).toMatchObject({ status: 403, body: { code: 'not.authorized' } });
    await set({ summaries: 'empty' });
    const { status, body } = await summaryOf(id);
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('summary');
  });

  test('are missing of an open conversation, and not found of an unknown one', async () => {
    await set({ summaries: 'on' });
    expect((await summaryOf(said('Hello?', { active: true }))).body).not.toHaveProperty('summary');
    expect((await summaryOf('unknown')).status).toBe(404);
  });

  test('need a permission', async () => {
    await set({ summaries: 'on', permissions: ['recording:recording:view'] });
    expect(await summaryOf(said('Hello'))).toMatchObject({
      status: 403,
      body: {
        code: 'missing.permissions',
        message: expect.stringContaining('conversation:summary'),
      },
    });
  });
});

describe("the organisation's limits", () => {
  const limits = (namespace: string) =>
    client.get(`/api/v2/organizations/limits/namespaces/${namespace}`);

  test('are listed by namespace, without a permission', async () => {
    await set({ permissions: [], requestsPerMinute: 240 });
    expect((await limits('platform.api')).body).toMatchObject({
      entities: expect.arrayContaining([
        {
          namespace: 'platform.api',
          key: 'client.credentials.token.rate.per.minute',
          value: 240,
        },
      ]),
    });
    expect((await limits('analytics')).body).toMatchObject({
      entities: expect.arrayContaining([
        expect.objectContaining({ key: 'details.jobs.concurrent.access.max' }),
      ]),
    });
    expect((await limits('email')).body).toEqual({ entities: [] });
    expect((await limits('nonsense')).status).toBe(404);
  });

  test('may say something else than what is in force', async () => {
    await set({ reportedRequestsPerMinute: 600 });
    expect(JSON.stringify((await limits('platform.api')).body)).toContain('600');
  });

  test('a 429 of the rate limit names it', async () => {
    await set({ requestsPerMinute: 1 });
    const lookUp = () => client.post(LOOKUP, { type: 'Email', value: 'customer@example.com' });
    await lookUp();
    expect(await lookUp()).toMatchObject({
      status: 429,
      body: {
        limit: {
          key: 'client.credentials.token.rate.per.minute',
          namespace: 'platform.api',
          value: 1,
        },
      },
    });
  });
});
