import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { testId } from '../../src/campaign/testSend.js';
import { customersCsv, type Office, openOffice } from './support/office.js';

describe('a test of a campaign', () => {
  let office: Office;

  beforeAll(async () => {
    office = await openOffice();
    await office.imported('autumn', customersCsv(1_203), {
      variables: { companyName: 'Northwind' },
      history: { required: true, lookbackDays: 7 },
    });
  });
  afterAll(() => office.close());

  const sent = (row: number, key: string, email = 'me@example.com') =>
    office.campaigns.preparation.testSend('autumn', {
      row,
      to: { email },
      key,
      by: { name: 'dana', from: 'page' },
    });

  test('is a notification of its own, with the text of the row and the address of the tester', async () => {
    const outcome = await sent(1_204, 'k1');
    const id = testId('autumn', 'k1');
    expect(outcome).toMatchObject({ kind: 'asked', result: { status: 'accepted', id } });
    const { ledger } = office.producer.store;
    const stored = await ledger.readRequest(id);
    expect(stored?.request).toEqual({
      id,
      template: 'follow-up',
      recipient: { email: 'me@example.com', name: 'C 1202' },
      variables: { companyName: 'Northwind' },
      history: { required: false, lookbackDays: 7 },
      metadata: { testOf: 'autumn', row: 1_204 },
    });
    expect(await ledger.read(id)).not.toHaveProperty('campaignId');
    const view = await office.campaigns.get('autumn');
    expect(view?.counts.waiting).toBe(1_203);
    expect(view?.state).toBe('ready');
  });

  test('goes out once, however often it is asked for', async () => {
    const all = await Promise.all([sent(2, 'k2'), sent(2, 'k2'), sent(2, 'k2')]);
    const statuses = all.map((one) => (one?.kind === 'asked' ? one.result.status : one?.kind));
    expect(statuses.filter((status) => status === 'accepted')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'existing')).toHaveLength(2);
    const other = await sent(2, 'k2', 'another@example.com');
    expect(other).toMatchObject({ kind: 'asked', result: { status: 'conflict' } });
  });

  test('of a row that the file has not is none', async () => {
    for (const row of [1, 1_205, 999_999])
      expect(await sent(row, 'k3')).toEqual({ kind: 'no_row' });
    expect(
      await office.campaigns.preparation.testSend('none', { row: 2, to: {}, key: 'k' }),
    ).toBeUndefined();
  });

  test('a row is shown as it would arrive, whichever it is', async () => {
    const sample = await office.campaigns.preparation.sample('autumn', 777);
    expect(sample).toMatchObject({
      row: 777,
      recipient: { email: 'customer776@example.com', name: 'C 775' },
      outlook: { would: 'try', channel: 'web' },
    });
    expect(sample?.messages.map(({ channel }) => channel)).toEqual(['web', 'email']);
    expect(await office.campaigns.preparation.sample('autumn', 1)).toBeUndefined();
  });
});
