import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SMS_NUMBER } from '../../sandbox/population/generate.js';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { type Client, handClock, idIn, logIn, WEB, webMessage } from './support/client.js';

const clock = handClock();
const { delayedOrder, offline, chatting } = WELL_KNOWN;
let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ now: clock.now });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  sandbox.reset();
  client = await logIn(sandbox);
});

const send = (to: string, extra: object = {}) => client.post(WEB, webMessage(sandbox, to, extra));
const statusOf = async (messageId: string): Promise<string> => {
  const path = `/api/v2/conversations/messages/${messageId}/details`;
  return ((await client.get(path)).body as { status: string }).status;
};
const sms = (extra: object = {}) => ({
  fromAddress: SMS_NUMBER,
  toAddressMessengerType: 'sms',
  toAddress: '+15550100010',
  textBody: 'We are open on Sunday.',
  ...extra,
});

describe('web messages', () => {
  test('a customer who is online gets the message', async () => {
    const reply = await send(delayedOrder.id);
    expect(reply).toMatchObject({
      status: 200,
      body: {
        messengerType: 'webmessaging',
        fromAddress: sandbox.settings.deploymentId,
        useExistingActiveConversation: false,
        message: { direction: 'outbound', status: 'queued' },
      },
    });
    expect(sandbox.deliveries.list('customer@example.com')).toMatchObject([
      {
        channel: 'web',
        to: delayedOrder.id,
        text: 'Your order is on its way.',
        messageId: idIn(reply),
      },
    ]);
  });

  test('its status goes from queued over sent to delivery-success', async () => {
    const id = idIn(await send(delayedOrder.id));
    const seen = [await statusOf(id)];
    clock.advance(150);
    seen.push(await statusOf(id));
    clock.advance(150);
    seen.push(await statusOf(id));
    expect(seen).toEqual(['queued', 'sent', 'delivery-success']);
  });

  test('a customer who is offline gets nothing, though the message is accepted', async () => {
    const reply = await send(offline.id);
    expect(reply.status).toBe(200);
    clock.advance(300);
    expect(await statusOf(idIn(reply))).toBe('delivery-failed');
    sandbox.patchCustomer(offline.id, { online: true });
    expect(await statusOf(idIn(reply))).toBe('delivery-failed');
    expect(sandbox.deliveries.total).toBe(0);
  });

  test('an active conversation is a 409, unless the message may join it', async () => {
    expect(await send(chatting.id)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(sandbox.deliveries.total).toBe(0);
    expect((await send(chatting.id, { useExistingActiveConversation: true })).status).toBe(200);
    expect(sandbox.deliveries.total).toBe(1);
  });

  test('once the active conversation has ended, a message is accepted', async () => {
    sandbox.patchCustomer(chatting.id, { activeConversation: false });
    expect((await send(chatting.id)).status).toBe(200);
  });

  test('a conversation a send began is no active one', async () => {
    expect((await send(delayedOrder.id)).status).toBe(200);
    expect((await send(delayedOrder.id)).status).toBe(200);
  });

  test('an unknown contact is a 404', async () => {
    expect((await send('c0000000-0000-4000-8000-00000000ffff')).status).toBe(404);
  });

  test('a text of 2,000 characters is accepted', async () => {
    expect((await send(delayedOrder.id, { textBody: 'x'.repeat(2000) })).status).toBe(200);
  });

  test.each([
    ['fromAddress', { fromAddress: 'another-deployment' }],
    ['toAddress', { toAddress: 'customer@example.com' }],
    ['externalContactId', { externalContactId: undefined }],
    ['textBody', { textBody: 'x'.repeat(2001) }],
    ['textBody', { textBody: '  ' }],
    ['textBody', { textBody: undefined }],
    ['toAddressMessengerType', { toAddressMessengerType: 'open' }],
    ['toAddressMessengerType', { toAddressMessengerType: 'web' }],
    ['messagingTemplate', { messagingTemplate: {} }],
    ['useExistingActiveConversation', { useExistingActiveConversation: 'true' }],
    ['idempotencyKey', { idempotencyKey: 'x' }],
  ])('a wrong %s is a 400 that names the field, and nothing is delivered', async (field, extra) => {
    const reply = await send(delayedOrder.id, extra);
    expect(reply).toMatchObject({ status: 400, body: { details: [{ fieldName: field }] } });
    expect(sandbox.deliveries.total).toBe(0);
  });
});

describe('SMS', () => {
  test('a text message is delivered to the phone, known or not', async () => {
    expect(await client.post(WEB, sms())).toMatchObject({
      status: 200,
      body: { messengerType: 'sms', toAddress: '+15550100010' },
    });
    expect((await client.post(WEB, sms({ toAddress: '+442071234567' }))).status).toBe(200);
    expect(sandbox.deliveries.list()).toMatchObject([
      { channel: 'sms', to: '+15550100010', customerId: WELL_KNOWN.phoneOnly.id },
      { channel: 'sms', to: '+442071234567', customerId: null },
    ]);
  });

  test('an active conversation between the two numbers is a 409', async () => {
    sandbox.addConversation(WELL_KNOWN.phoneOnly.id, {
      media: 'sms',
      minutesAgo: 1,
      active: true,
      messages: [{ from: 'customer', text: 'Hello?' }],
    });
    expect((await client.post(WEB, sms())).status).toBe(409);
  });

  test.each([
    ['toAddress', { toAddress: '0555 0100' }],
    ['toAddress', { toAddress: undefined }],
    ['fromAddress', { fromAddress: 'Brand' }],
    ['externalContactId', { externalContactId: 'x' }],
    ['textBody', { textBody: 'x'.repeat(766) }],
  ])('a wrong %s is a 400 that names the field', async (field, extra) => {
    const reply = await client.post(WEB, sms(extra));
    expect(reply).toMatchObject({ status: 400, body: { details: [{ fieldName: field }] } });
  });
});
