import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.js';
import { type Client, EMAIL, ENGAGE, emailTo, idIn, logIn } from './support/client.js';

let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  sandbox.reset();
  client = await logIn(sandbox);
});

describe('agentless email', () => {
  test('an email is delivered with its subject and both bodies', async () => {
    const reply = await client.post(EMAIL, emailTo('offline@example.com'));
    expect(reply).toMatchObject({
      status: 200,
      body: { senderType: 'Outbound', subject: 'Your order', toAddresses: [{ name: 'Customer' }] },
    });
    expect(sandbox.deliveries.list('offline@example.com')).toMatchObject([
      {
        channel: 'email',
        messageId: idIn(reply),
        subject: 'Your order',
        text: 'Your order is on its way.',
        html: '<p>Your order is on its way.</p>',
      },
    ]);
  });

  test('an email may be stitched onto an email conversation, and onto no other', async () => {
    const first = await client.post(EMAIL, emailTo('a@example.com'));
    const { conversationId } = first.body as { conversationId: string };
    const again = await client.post(EMAIL, emailTo('a@example.com', { conversationId }));
    expect(again).toMatchObject({ status: 200, body: { conversationId } });
    const elsewhere = emailTo('a@example.com', { conversationId: 'made-up' });
    expect((await client.post(EMAIL, elsewhere)).status).toBe(404);
  });

  test.each([
    ['senderType', { senderType: 'Integration' }],
    ['toAddresses', { toAddresses: [] }],
    ['toAddresses', { toAddresses: [{ email: 'a@b.org' }, { email: 'c@d.org' }] }],
    ['toAddresses[0].email', { toAddresses: [{ email: 'no-domain' }] }],
    ['toAddresses[0].displayName', { toAddresses: [{ email: 'a@b.org', displayName: 'A' }] }],
    ['fromAddress', { fromAddress: undefined }],
    ['subject', { subject: 'x'.repeat(401) }],
    ['subject', { subject: 'Hello\r\nBcc: everyone@example.com' }],
    ['textBody', { textBody: undefined, htmlBody: undefined }],
    ['ccAddresses', { ccAddresses: [] }],
  ])('a wrong %s is a 400 that names the field, and nothing is sent', async (field, extra) => {
    const reply = await client.post(EMAIL, emailTo('customer@example.com', extra));
    expect(reply).toMatchObject({ status: 400, body: { details: [{ fieldName: field }] } });
    expect(sandbox.deliveries.total).toBe(0);
  });
});

describe('engage', () => {
  const message = {
    to: { email: 'customer@example.com', name: 'Dana' },
    from: { email: 'care@brand.example.com' },
    subject: 'Your order',
    htmlBody: '<p>On its way</p>',
  };

  test('a message is queued with a 202 and delivered', async () => {
    const reply = await client.post(ENGAGE, message);
    expect(reply).toMatchObject({ status: 202, body: { status: 'queued' } });
    expect(sandbox.deliveries.list()).toMatchObject([
      {
        channel: 'engage',
        to: 'customer@example.com',
        html: '<p>On its way</p>',
        messageId: idIn(reply),
      },
    ]);
  });

  test.each([
    ['to.email', { to: { email: 'nobody' } }],
    ['from', { from: undefined }],
    ['htmlBody', { htmlBody: '' }],
    ['textBody', { textBody: 'x' }],
  ])('a wrong %s is a 400 that names the field', async (field, extra) => {
    const reply = await client.post(ENGAGE, { ...message, ...extra });
    expect(reply).toMatchObject({ status: 400, body: { details: [{ fieldName: field }] } });
    expect(sandbox.deliveries.total).toBe(0);
  });
});
