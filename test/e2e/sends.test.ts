import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import type { NotificationRequest } from '../../src/notification/request.js';
import { type Deployment, deploy } from '../support/deployment.js';

const ENDED = ['delivered', 'undelivered', 'failed', 'skipped', 'unknown'] as const;

function followUp(
  recipient: NotificationRequest['recipient'],
  more: Partial<NotificationRequest> = {},
): NotificationRequest {
  return { recipient, template: 'follow-up', ...more };
}

describe('a notification, end to end', () => {
  let deployment: Deployment;

  beforeAll(async () => {
    // Without questions about many deliveries at once, which are counted with those about histories.
    deployment = await deploy({
      env: { ACTIVE_CONVERSATION: 'next-channel', DELIVERY_EVENTS: 'off' },
    });
    await deployment.startWorker();
  });
  beforeEach(() => {
    deployment.sandbox.deliveries.clear();
    deployment.sandbox.requests.clear();
  });
  afterAll(() => deployment.stop());

  async function outcomeOf(request: NotificationRequest) {
    const id = await deployment.send(request);
    return deployment.reaches(id, 'sent', ...ENDED);
  }

  test('reaches a customer who is online, on the web, and knows their last conversation', async () => {
    const { sandbox, send, reaches } = deployment;
    const id = await send(followUp({ email: 'customer@example.com' }));
    const view = await reaches(id, ...ENDED);
    expect(view).toMatchObject({
      state: 'delivered',
      channel: 'web',
      delivery: 'delivered',
      attempts: 1,
    });
    const states = view.timeline.map((entry) => entry.state);
    expect(states).toEqual(['accepted', 'queued', 'processing', 'sending', 'sent', 'delivered']);
    const [message, ...others] = sandbox.deliveries.list();
    expect(others).toEqual([]);
    expect(message).toMatchObject({ channel: 'web', messageId: view.messageId });
    expect(message?.text).toContain('Dana');
  });

  test('knows that conversation from its recording where the deployment says so', async () => {
    const other = await deploy({ env: { HISTORY_TRANSCRIPT_SOURCE: 'recordings' } });
    try {
      await other.startWorker();
      await other.reaches(await other.send(followUp({ email: 'customer@example.com' })), ...ENDED);
      expect(other.sandbox.deliveries.list()[0]?.text).toContain('My order 48213');
      expect(other.sandbox.requests.count('recordings')).toBe(1);
      expect(other.sandbox.requests.count('bulk-messages')).toBe(0);
    } finally {
      await other.stop();
    }
  });

  test('falls back to email when the browser is closed, and only then', async () => {
    const id = await deployment.send(followUp({ email: 'offline@example.com' }));
    await deployment.sandbox.deliveries.waitFor(1, 'offline@example.com', 20_000);
    const view = await deployment.reaches(id, 'sent', 'failed');
    expect(view).toMatchObject({ state: 'sent', channel: 'email' });
    const story = view.timeline.map(({ state, channel }) => `${state} ${channel ?? ''}`.trim());
    expect(story).toEqual([
      'accepted',
      'queued',
      'processing',
      'sending web',
      'sent web',
      'undelivered web',
      'processing',
      'sending email',
      'sent email',
    ]);
    const deliveries = deployment.sandbox.deliveries.list();
    expect(deliveries.map(({ channel, to }) => [channel, to])).toEqual([
      ['email', 'offline@example.com'],
    ]);
  });

  test.each([
    ['their address', { email: 'merged@example.com' }],
    ['an address of before the merge', { email: 'before.merge@example.com' }],
    ['their contact id', { externalContactId: WELL_KNOWN.merged.id }],
    ['a contact id of before the merge', { externalContactId: WELL_KNOWN.mergedGuest.id }],
  ])('knows what a customer wrote under a merged contact, by %s', async (_by, recipient) => {
    const view = await outcomeOf(followUp(recipient));
    expect(view.state).not.toBe('skipped');
    expect(deployment.sandbox.deliveries.list()[0]?.text).toContain('grinder of my coffee machine');
    expect(deployment.sandbox.requests.count('details-query')).toBeLessThanOrEqual(1);
  });

  test('quotes to each of two contacts with one address what they wrote themselves, by their name', async () => {
    const email = 'twins@example.com';
    for (const [name, quoted] of [
      ['Anna Keller', 'dishwasher'],
      ['Paul Keller', 'bank account'],
    ] as const) {
      deployment.sandbox.deliveries.clear();
      const view = await outcomeOf(followUp({ email, name }));
      expect(view.state).not.toBe('skipped');
      expect(deployment.sandbox.deliveries.list()[0]?.text).toContain(quoted);
    }
  });

  test('is skipped where the name does not say which of two contacts it is, and the template needs to know', async () => {
    const recipient = { email: 'twins@example.com', name: 'Maria Sand' };
    const view = await outcomeOf(followUp(recipient));
    expect(view).toMatchObject({ state: 'skipped', reason: 'ambiguous_contact' });
    expect(
      await outcomeOf(followUp(recipient, { channels: ['web'], history: { required: false } })),
    ).toMatchObject({ state: 'skipped', reason: 'ambiguous_contact' });
    expect(deployment.sandbox.deliveries.total).toBe(0);
  });

  test('goes by email, and quotes neither of two contacts, where it needs no history', async () => {
    const recipient = { email: 'twins@example.com', name: 'Maria Sand' };
    const view = await outcomeOf(followUp(recipient, { history: { required: false } }));
    expect(view).toMatchObject({ state: 'sent', channel: 'email' });
    const [message] = deployment.sandbox.deliveries.list();
    expect(message?.text).toContain('Maria Sand');
    expect(message?.text).not.toMatch(/dishwasher|bank account/);
  });

  test('is not sent to a customer who asked for no more, though they wrote other things since', async () => {
    const texts = ['STOP sending me messages', 'Where is the parcel that I ordered in May?'];
    deployment.sandbox.addCustomer({
      email: 'no.more@example.com',
      conversations: [
        { minutesAgo: 60, messages: texts.map((text) => ({ from: 'customer' as const, text })) },
      ],
    });
    const view = await outcomeOf(followUp({ email: 'no.more@example.com' }));
    expect(view).toMatchObject({ state: 'skipped', reason: 'opted_out' });
    expect(view.timeline.at(-1)).toMatchObject({ detail: 'suppressed: opted_out' });
    expect(deployment.sandbox.deliveries.total).toBe(0);
  });

  test('goes by Engage with the body that endpoint takes, where a request names the channel', async () => {
    const view = await outcomeOf(
      followUp({ email: 'customer@example.com' }, { channels: ['engage'] }),
    );
    expect(view).toMatchObject({ state: 'sent', channel: 'engage' });
    const [message, ...others] = deployment.sandbox.deliveries.list();
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      channel: 'engage',
      to: 'customer@example.com',
      messageId: view.messageId,
    });
    expect(message?.html).toContain('Dana');
  });

  test('without history is skipped, and nothing is sent', async () => {
    const view = await outcomeOf(followUp({ email: 'newcomer@example.com' }));
    expect(view).toMatchObject({ state: 'skipped', reason: 'no_history' });
    expect(deployment.sandbox.requests.count('agentless-message')).toBe(0);
  });

  test('that does not insist on history is sent without it', async () => {
    const view = await outcomeOf(
      followUp({ email: 'newcomer@example.com' }, { history: { required: false } }),
    );
    expect(['sent', 'delivered']).toContain(view.state);
  });

  test('to a customer whom the platform cannot find by email goes by email', async () => {
    const view = await outcomeOf(
      followUp({ email: 'hidden@example.com' }, { history: { required: false } }),
    );
    expect(view).toMatchObject({ state: 'sent', channel: 'email' });
    expect(view.timeline).toContainEqual(
      expect.objectContaining({ channel: 'web', reason: 'no_address' }),
    );
  });

  test('finds an older conversation when asked to look back further than one window', async () => {
    const near = await outcomeOf(followUp({ email: 'dormant@example.com' }));
    expect(near).toMatchObject({ state: 'skipped', reason: 'no_history' });
    const far = await outcomeOf(
      followUp({ email: 'dormant@example.com' }, { history: { lookbackDays: 90 } }),
    );
    expect(['sent', 'delivered']).toContain(far.state);
  });

  test('during an active conversation takes the next channel where that is the policy', async () => {
    const view = await outcomeOf(followUp({ email: 'chatting@example.com' }));
    expect(view).toMatchObject({ state: 'sent', channel: 'email' });
    expect(view.timeline).toContainEqual(
      expect.objectContaining({ channel: 'web', reason: 'active_conversation' }),
    );
  });

  test('to a phone goes by SMS', async () => {
    const { id: externalContactId } = WELL_KNOWN.phoneOnly;
    const view = await outcomeOf(
      followUp(
        { externalContactId, phone: '+15550100010' },
        { channels: ['sms'], history: { required: false } },
      ),
    );
    expect(view).toMatchObject({ state: 'sent', channel: 'sms' });
    expect(deployment.sandbox.deliveries.list()).toMatchObject([{ to: '+15550100010' }]);
  });

  test('goes through Engage where that is the channel', async () => {
    const view = await outcomeOf(
      followUp({ email: 'customer@example.com' }, { channels: ['engage'] }),
    );
    expect(view).toMatchObject({ state: 'sent', channel: 'engage' });
    expect(deployment.sandbox.deliveries.list()).toMatchObject([{ channel: 'engage' }]);
  });

  test('that no channel can reach fails and says so', async () => {
    const { id: externalContactId } = WELL_KNOWN.unreachable;
    const view = await outcomeOf(
      followUp({ externalContactId }, { channels: ['email'], history: { required: false } }),
    );
    expect(view).toMatchObject({ state: 'failed', reason: 'no_channel' });
  });

  test('shows hostile text as text: what the customer wrote is escaped in HTML', async () => {
    await outcomeOf(followUp({ email: 'injection@example.com' }, { channels: ['email'] }));
    const [email] = deployment.sandbox.deliveries.list();
    expect(email?.html).not.toMatch(/<script|<img|<b>Mallory/i);
    expect(email?.html).toContain('&lt;');
  });

  test('never repeats a card number', async () => {
    await outcomeOf(followUp({ email: 'card@example.com' }, { channels: ['email'] }));
    const [email] = deployment.sandbox.deliveries.list();
    const digits = `${email?.text}${email?.html}`.replace(/[ -]/g, '');
    expect(digits).not.toMatch(/\d{13,}/);
  });

  test('carries the caller’s metadata and campaign in its view', async () => {
    const view = await outcomeOf(
      followUp({ email: 'customer@example.com' }, { campaignId: 'c-1', metadata: { ticket: 7 } }),
    );
    expect(view).toMatchObject({ campaignId: 'c-1', metadata: { ticket: 7 } });
  });

  test('with digits only for an id is sent like any other', async () => {
    const view = await outcomeOf(followUp({ email: 'customer@example.com' }, { id: '12345' }));
    expect(view.id).toBe('12345');
  });
});
