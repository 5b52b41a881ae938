import { describe, expect, test } from '@jest/globals';
import {
  type Conversation,
  type Population,
  SENT_CONVERSATION_LIMIT,
} from '../../sandbox/population/population.js';
import { WELL_KNOWN, type WellKnown } from '../../sandbox/population/wellKnown.js';
import { settingsSchema } from '../../sandbox/settings.js';
import { createWorld } from '../../sandbox/state.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 22, 12);

function populate(generated: number, now = NOW): Population {
  const settings = settingsSchema.parse({});
  return createWorld({ settings, generated, recordLimit: 10, now: () => now }).population;
}

const population = populate(200);

function talks(who: WellKnown): Conversation[] {
  return [...population.conversationsOf(WELL_KNOWN[who].id)].sort(
    (a, b) => a.startedAt - b.startedAt,
  );
}

function textOf(conversation: Conversation | undefined): string {
  const messages = conversation?.messages ?? [];
  return messages.map(({ body }) => ('text' in body ? body.text : '')).join('\n');
}

describe('the fixed people', () => {
  test('customer@example.com is online, known by email, and wrote lately about a delayed order', () => {
    expect(population.findContact('customer@example.com')).toMatchObject({ online: true });
    const [talk] = talks('delayedOrder');
    expect(NOW - (talk?.startedAt ?? 0)).toBe(2 * DAY);
    expect(textOf(talk)).toContain('order 48213 was due last Friday');
  });

  test('each shows what the table says', () => {
    expect(WELL_KNOWN.offline.online).toBe(false);
    expect(talks('noHistory')).toEqual([]);
    expect(talks('chatting').map(({ endedAt }) => endedAt === null)).toEqual([false, true]);
    expect(population.findContact('hidden@example.com')).toBeUndefined();
    expect(textOf(talks('arabic')[0])).toMatch(/\p{Script=Arabic}/u);
    expect(textOf(talks('hebrew')[0])).toMatch(/\p{Script=Hebrew}/u);
    expect(textOf(talks('injection')[0])).toContain('<script>');
    expect(textOf(talks('cardNumber')[0])).toMatch(/4111 1111 1111 1111/);
    expect(talks('phoneOnly').map(({ media }) => media)).toEqual(['sms']);
    expect(talks('ranting')[0]?.messages[0]?.body).toMatchObject({
      text: expect.stringMatching(/^[\s\S]{5000}$/),
    });
    expect(talks('dormant').map(({ startedAt }) => NOW - startedAt)).toEqual([45 * DAY]);
    expect(textOf(talks('regular').at(-1))).toBe('hello\nHello!\nok thanks');
    expect(textOf(talks('emoji')[0])).toContain('👩‍👩‍👧‍👦');
    expect(WELL_KNOWN.unreachable).toMatchObject({ email: null, phone: null, online: false });
  });

  test('answers by button hold no customer text', () => {
    const [talk] = talks('buttons');
    const own = talk?.messages.filter(({ sender }) => sender === 'customer') ?? [];
    expect(own.map(({ body }) => body.type)).toEqual(['button', 'quick-reply']);
  });
});

describe('the generated people', () => {
  const everyone = population.customers();

  test('are the same at every start, with times relative to it', () => {
    const later = populate(200, NOW + DAY);
    expect(later.customers()).toEqual(everyone);
    const starts = (of: Population) => [...of.conversations()].map(({ startedAt }) => startedAt);
    expect(starts(later)).toEqual(starts(population).map((at) => at + DAY));
  });

  test('no two share an id, an email or a phone, but for the twins, and addresses are reserved ones', () => {
    for (const key of ['id', 'email', 'phone'] as const) {
      const values = everyone.flatMap((customer) => customer[key] ?? []);
      const shared = key === 'email' ? ['twins@example.com'] : [];
      expect([...new Set(values), ...shared]).toHaveLength(values.length);
    }
    for (const { email, phone } of everyone) {
      expect(email ?? 'a@example.com').toMatch(/^[a-z0-9.]+@example\.(com|org)$/);
      expect(phone ?? '+15550000000').toMatch(/^\+(1555|44207)\d{7}$/);
    }
  });

  test('are online and offline, findable and not, with many, old and no conversations', () => {
    const shares = [
      everyone.filter(({ online }) => !online),
      everyone.filter(({ emailOnContact }) => !emailOnContact),
      everyone.filter(({ id }) => [...population.conversationsOf(id)].length === 0),
      everyone.filter(({ id }) => [...population.conversationsOf(id)].length > 1),
      everyone.filter(({ id }) => {
        const starts = [...population.conversationsOf(id)].map(({ startedAt }) => startedAt);
        return starts.length > 0 && starts.every((at) => at < NOW - 31 * DAY);
      }),
      ...(['en', 'de', 'es', 'ja', 'ar', 'he'] as const).map((language) =>
        everyone.filter((customer) => customer.language === language),
      ),
    ].map(({ length }) => length);
    for (const share of shares) expect(share).toBeGreaterThan(5);
  });

  test('every conversation lies in the past', () => {
    for (const { messages } of population.conversations()) {
      for (const { at } of messages) expect(at).toBeLessThanOrEqual(NOW);
    }
  });
});

test('conversations begun by sends are bounded, the oldest go first, others stay', () => {
  const busy = populate(0);
  const before = [...busy.conversations()].length;
  const { id: customerId } = WELL_KNOWN.delayedOrder;
  for (let n = 0; n <= SENT_CONVERSATION_LIMIT; n += 1) {
    busy.addConversation({
      id: `sent-${n}`,
      customerId,
      media: 'email',
      origin: 'api',
      ourAddress: 'care@brand.example.com',
      customerAddress: 'customer@example.com',
      subject: null,
      startedAt: NOW,
      endedAt: NOW,
      messages: [],
    });
  }
  const kept = [...busy.conversations()].length - before;
  expect(kept).toBeLessThanOrEqual(SENT_CONVERSATION_LIMIT);
  expect(kept).toBeGreaterThan(SENT_CONVERSATION_LIMIT / 2);
  expect([...busy.conversationsOf(customerId)]).toHaveLength(1 + kept);
  expect(busy.conversation(`sent-${SENT_CONVERSATION_LIMIT - kept}`)).toBeUndefined();
  expect(busy.conversation(`sent-${SENT_CONVERSATION_LIMIT - kept + 1}`)).toBeDefined();
});
