import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Client, LOOKUP, logIn } from './support/client.js';

let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox();
  client = await logIn(sandbox);
});
afterAll(() => sandbox.close());

test('a customer is found by the email on their contact, in any case', async () => {
  const reply = await client.post(LOOKUP, { type: 'Email', value: 'Customer@Example.com' });
  expect(reply).toMatchObject({
    status: 200,
    body: { id: WELL_KNOWN.delayedOrder.id, firstName: 'Dana', workEmail: 'customer@example.com' },
  });
});

test('a customer is found by phone', async () => {
  const reply = await client.post(LOOKUP, { type: 'Phone', value: '+15550100010' });
  expect(reply).toMatchObject({ status: 200, body: { id: WELL_KNOWN.phoneOnly.id } });
});

test.each([
  ['no contact has the email', { type: 'Email', value: 'nobody@example.com' }],
  ['the email is not on the contact', { type: 'Email', value: 'hidden@example.com' }],
  [
    'no contact has an identifier of this kind',
    { type: 'ExternalId', value: 'customer@example.com' },
  ],
])('a lookup is a 404 when %s', async (_why, lookup) => {
  const reply = await client.post(LOOKUP, lookup);
  expect(reply).toMatchObject({ status: 404, body: { code: 'not.found' } });
});

test.each([
  ['type', { type: 'email', value: 'customer@example.com' }],
  ['value', { type: 'Email' }],
  ['values', { type: 'Email', value: 'customer@example.com', values: [] }],
])('a lookup with a wrong %s is a 400 that names the field', async (fieldName, lookup) => {
  const reply = await client.post(LOOKUP, lookup);
  expect(reply).toMatchObject({ status: 400, body: { details: [{ fieldName }] } });
});

test('a contact is read by id, without the email it does not carry', async () => {
  const path = '/api/v2/externalcontacts/contacts';
  const reply = await client.get(`${path}/${WELL_KNOWN.hidden.id}`);
  expect(reply).toMatchObject({ status: 200, body: { firstName: 'Hana' } });
  expect(JSON.stringify(reply.body)).not.toContain('hidden@');
  expect((await client.get(`${path}/unknown`)).status).toBe(404);
});
