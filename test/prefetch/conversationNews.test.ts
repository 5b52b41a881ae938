import { afterEach, describe, expect, test } from '@jest/globals';
import { numberedRows } from '../campaign/support/campaigns.js';
import { GO, LANE } from '../genesys/support/client.js';
import { CAMPAIGN, isReady, openPrefetching, type Prefetching } from './support/prefetching.js';

const ROWS = 1_000;
/** More than a page of an analytics query holds. */
const SENT = 120;

let prefetching: Prefetching;
afterEach(() => prefetching.close());

/** Prefetches a campaign to the customers of the sandbox; answers the first of them. */
async function prefetched(faults: readonly object[] = []): Promise<{ email: string; row: number }> {
  prefetching = await openPrefetching({ generatedCustomers: 150 });
  const { sandbox } = prefetching;
  for (const fault of faults) sandbox.faults.add(fault as never);
  const customers = sandbox
    .customers()
    .flatMap(({ id, email, emailOnContact, mergedInto }) =>
      email !== null && emailOnContact && mergedInto === null ? [{ id, email }] : [],
    );
  const rows = numberedRows(ROWS, (n) => customers[n - 2]?.email ?? `unknown${n}@example.net`);
  await prefetching.launch(rows);
  await prefetching.until(isReady);
  const known = await Promise.all(rows.map(async ({ number }) => prefetching.row(number)));
  const at = known.findIndex((row) => row?.history?.hasHistory);
  const row = rows[at];
  return { email: row?.row.recipient.email ?? '', row: row?.number ?? 0 };
}

/** Sends web messages to customers of the sandbox, as this or another system does. */
async function sendMany(count: number): Promise<void> {
  const { sandbox, client } = prefetching;
  const customers = sandbox.customers();
  const sends = Array.from({ length: count }, (_, at) =>
    client.sendAgentlessMessage(
      {
        toAddressMessengerType: 'webmessaging',
        fromAddress: sandbox.settings.deploymentId,
        externalContactId: customers[at % customers.length]?.id ?? '',
        textBody: 'We have news for you.',
        useExistingActiveConversation: true,
      },
      GO,
      LANE,
    ),
  );
  for (const sent of await Promise.all(sends)) expect(sent.ok).toBe(true);
}

/** What a look for news costs. */
async function queriesOfALook(): Promise<number> {
  const { sandbox, moments } = prefetching;
  const before = sandbox.requests.count('details-query');
  const looks = () => moments.filter((moment) => moment === 'looked_for_news').length;
  const looked = looks();
  prefetching.passes(25_000);
  await prefetching.until(() => looks() > looked);
  return sandbox.requests.count('details-query') - before;
}

async function historyOf(row: number): Promise<string | undefined> {
  return (await prefetching.row(row))?.history?.conversationId;
}

const QUESTION = [{ from: 'customer' as const, text: 'One more question about my bicycle' }];

describe('a look for news', () => {
  test('takes one request however many messages were sent since, and forgets nothing because of them', async () => {
    const { row } = await prefetched();
    await sendMany(SENT);
    const known = await historyOf(row);
    expect(await queriesOfALook()).toBe(1);
    expect(known).toBeDefined();
    expect(await historyOf(row)).toBe(known);
  });

  test.each([
    ['wrote and has left', false],
    ['writes at this moment', true],
  ])('finds a customer who %s among many messages that were sent', async (_, active) => {
    const { email, row } = await prefetched();
    prefetching.sandbox.addConversation(email, { minutesAgo: 0, active, messages: QUESTION });
    await sendMany(SENT);
    expect(await queriesOfALook()).toBe(1);
    expect(await historyOf(row)).toBeUndefined();
    expect(prefetching.warnings).toEqual([]);
  });

  test('pages through all conversations where the platform does not take the filter', async () => {
    const { email, row } = await prefetched([{ endpoint: 'details-query', kind: '400' }]);
    expect(prefetching.warnings).toEqual([
      expect.objectContaining({ campaignId: CAMPAIGN, source: 'news filter' }),
    ]);
    expect(await historyOf(row)).toBeDefined();
    prefetching.sandbox.addConversation(email, { minutesAgo: 0, messages: QUESTION });
    await sendMany(SENT);
    expect(await queriesOfALook()).toBe(2);
    expect(await historyOf(row)).toBeUndefined();
    expect(prefetching.warnings).toHaveLength(1);
  });

  test('a query that is refused without the filter as well is not refused because of it', async () => {
    await prefetched([{ endpoint: 'details-query', kind: '400', probability: 1 }]);
    expect(prefetching.warnings).toEqual([
      expect.objectContaining({ campaignId: CAMPAIGN, source: 'conversation job' }),
    ]);
  });
});
