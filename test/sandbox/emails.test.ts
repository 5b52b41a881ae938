import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
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
  const to = { type: 'email', address: 'customer@example.com' };
  const from = { type: 'email', address: 'support@yourcompany.com', name: 'Customer Support Bot' };
  const message = {
    to,
    from,
    subject: 'Follow up on your recent inquiry',
    body: { contentType: 'text/html', content: '<h2>Hello Dana</h2>' },
    messageType: 'proactive',
  };

  test('the body of the brief is answered with 202 and an id, and delivered', async () => {
    const reply = await client.post(ENGAGE, message);
    expect(reply).toMatchObject({ status: 202, body: { id: expect.any(String) } });
    expect(sandbox.deliveries.list()).toMatchObject([
      {
        channel: 'engage',
        to: 'customer@example.com',
        from: 'support@yourcompany.com',
        subject: 'Follow up on your recent inquiry',
        html: '<h2>Hello Dana</h2>',
        messageId: idIn(reply),
      },
    ]);
  });

  test.each([
    ['missing', undefined, 'to'],
    ['a bare address', 'customer@example.com', 'to'],
    ['of another type', { type: 'webchat', address: 'customer@example.com' }, 'to.type'],
    ['without a type', { address: 'customer@example.com' }, 'to.type'],
    ['in the form of another endpoint', { email: 'customer@example.com', name: 'Dana' }, 'to.type'],
    ['no address', { type: 'email', address: 'nobody' }, 'to.address'],
    ['with a name', { ...to, name: 'Dana' }, 'to.name'],
  ])('a recipient that is %s is a 400 "Invalid recipient type"', async (_what, bad, field) => {
    const reply = await client.post(ENGAGE, { ...message, to: bad });
    expect(reply).toMatchObject({
      status: 400,
      body: { message: 'Invalid recipient type', details: [{ fieldName: field }] },
    });
    expect(sandbox.deliveries.total).toBe(0);
  });

  test.each([
    ['from', { from: undefined }],
    ['from.type', { from: { ...from, type: 'sms' } }],
    ['from.name', { from: { type: 'email', address: 'support@yourcompany.com' } }],
    ['subject', { subject: '' }],
    ['body', { body: '<p>Hello</p>' }],
    ['body.contentType', { body: { ...message.body, contentType: 'text/plain' } }],
    ['body.content', { body: { contentType: 'text/html', content: '' } }],
    ['messageType', { messageType: undefined }],
    ['messageType', { messageType: 'reactive' }],
    ['htmlBody', { htmlBody: '<p>Hello</p>' }],
  ])('a wrong %s is a 400 that names the field', async (field, extra) => {
    const reply = await client.post(ENGAGE, { ...message, ...extra });
    expect(reply).toMatchObject({ status: 400, body: { details: [{ fieldName: field }] } });
    expect(sandbox.deliveries.total).toBe(0);
  });
});
