/*
 * Whom the demo writes to, and what must come of it. The people are the sandbox's well-known ones;
 * `note` says what is special about them, where the outcome alone does not explain itself.
 *
 * `expect` is the HTTP status of an answer that is final, or the state (and channel) in which the
 * notification must end. The demo fails when anything else happens.
 */

const COMPANY = 'Northwind Outfitters';
const HOUR_MS = 3_600_000;

const HIDDEN_CONTACT = 'c0000000-0000-4000-8000-000000000005';
const PHONE_ONLY_CONTACT = 'c0000000-0000-4000-8000-000000000010';
const UNREACHABLE_CONTACT = 'c0000000-0000-4000-8000-000000000016';

/** The first of them is the one whose message is shown. */
export function cast(now = Date.now()) {
  return [
    followUp('customer@example.com', { id: 'demo-1' }, { expect: 'delivered web' }),
    {
      who: 'customer@example.com',
      request: {
        recipient: { email: 'customer@example.com' },
        template: 'order-update',
        variables: { orderNumber: '48213', status: 'Out for delivery', companyName: COMPANY },
      },
      note: 'another template',
      expect: 'delivered web',
    },
    followUp('regular@example.com', {}, { expect: 'delivered web' }),
    followUp('buttons@example.com', {}, { expect: 'delivered web' }),
    followUp('emoji@example.com', {}, { expect: 'delivered web' }),
    followUp('card@example.com', {}, { note: 'card number blanked', expect: 'delivered web' }),
    followUp('injection@example.com', {}, { note: 'wrote HTML', expect: 'delivered web' }),
    followUp('arabic@example.com', {}, { note: 'right to left', expect: 'delivered web' }),
    followUp('hebrew@example.com', {}, { expect: 'sent email' }),
    followUp('offline@example.com', {}, { expect: 'sent email' }),
    followUp('chatting@example.com', {}, { expect: 'sent email' }),
    followUp('hidden@example.com', {}, { note: 'chats as a guest', expect: 'skipped' }),
    followUp(
      'hidden@example.com',
      { recipient: { externalContactId: HIDDEN_CONTACT } },
      { note: 'named by contact id', expect: 'delivered web' },
    ),
    followUp('newcomer@example.com', {}, { note: 'never wrote', expect: 'skipped' }),
    followUp(
      'newcomer@example.com',
      { history: { required: false } },
      { note: 'history not required', expect: 'delivered web' },
    ),
    followUp('dormant@example.com', {}, { note: 'last wrote 45 days ago', expect: 'skipped' }),
    followUp(
      'dormant@example.com',
      { history: { lookbackDays: 60 } },
      { note: 'looked back 60 days', expect: 'delivered web' },
    ),
    followUp(
      '+15550100010',
      {
        recipient: { externalContactId: PHONE_ONLY_CONTACT, phone: '+15550100010' },
        channels: ['sms'],
        history: { required: false },
      },
      { expect: 'delivered sms' },
    ),
    followUp(
      'a guest, no address',
      { recipient: { externalContactId: UNREACHABLE_CONTACT } },
      { expect: 'undelivered web' },
    ),
    followUp('customer@example.com', { channels: ['engage'] }, { expect: 'sent engage' }),
    followUp(
      'regular@example.com',
      { id: 'demo-cancelled', sendAt: new Date(now + HOUR_MS).toISOString() },
      { note: 'was due in an hour', cancel: true, expect: 'cancelled' },
    ),
    followUp(
      'no-domain',
      { recipient: { email: 'no-domain' }, deadline: new Date(now - HOUR_MS).toISOString() },
      { expect: 422 },
    ),
    {
      who: 'customer@example.com',
      request: { recipient: { email: 'customer@example.com' }, template: 'order-update' },
      expect: 422,
    },
    followUp('customer@example.com', { id: 'demo-1' }, { expect: 200 }),
    followUp('offline@example.com', { id: 'demo-1' }, { expect: 409 }),
  ];
}

function followUp(who, fields, rest) {
  const request = {
    recipient: { email: who },
    template: 'follow-up',
    variables: { companyName: COMPANY },
    ...fields,
  };
  return { who, request, ...rest };
}
