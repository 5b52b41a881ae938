import type { Customer } from './customer.js';

const person = (
  number: number,
  firstName: string,
  lastName: string,
  traits: Partial<Omit<Customer, 'id'>>,
): Customer => {
  const digits = String(number).padStart(12, '0');
  return {
    id: `c0000000-0000-4000-8000-${digits}`,
    firstName,
    lastName,
    email: null,
    emailOnContact: traits.email !== undefined,
    phone: null,
    mergedInto: null,
    language: 'en',
    online: true,
    guestId: `90000000-0000-4000-8000-${digits}`,
    ...traits,
  };
};

const MERGED = 'c0000000-0000-4000-8000-000000000017';

/**
 * People who are always there, for tests and demonstrations. Ids and addresses never change.
 *
 * | key | email | what is special |
 * |---|---|---|
 * | delayedOrder | customer@example.com | online, wrote two days ago about a delayed order |
 * | offline | offline@example.com | browser closed: web messages are accepted, not delivered |
 * | noHistory | newcomer@example.com | known by email, never wrote |
 * | chatting | chatting@example.com | a conversation is active: a web message is a 409 |
 * | hidden | hidden@example.com | online with history, but the email is not on the contact: 404 |
 * | arabic | arabic@example.com | right-to-left name and text |
 * | hebrew | hebrew@example.com | right-to-left name and text, offline |
 * | injection | injection@example.com | the name and the last message hold HTML |
 * | cardNumber | card@example.com | typed a card number |
 * | phoneOnly | – | phone +15550100010, texted by SMS, no email, offline |
 * | ranting | rant@example.com | one message of 5,000 characters |
 * | dormant | dormant@example.com | last wrote 45 days ago |
 * | regular | regular@example.com | four conversations; the newest holds only pleasantries |
 * | buttons | buttons@example.com | answered by buttons and quick replies only |
 * | emoji | emoji@example.com | the last message is mostly emoji |
 * | merged | merged@example.com | never wrote under this contact; two others were merged into it |
 * | mergedGuest | – | merged into the one above, wrote six days ago |
 * | mergedAddress | before.merge@example.com | merged into it as well, wrote 20 days ago |
 * | unreachable | – | no email, no phone, offline: reachable by contact id, and then not |
 */
export const WELL_KNOWN = {
  delayedOrder: person(1, 'Dana', 'Whitfield', {
    email: 'customer@example.com',
    phone: '+15550100001',
  }),
  offline: person(2, 'Robert', 'Ashdown', {
    email: 'offline@example.com',
    phone: '+15550100002',
    online: false,
  }),
  noHistory: person(3, 'Nora', 'Lindqvist', { email: 'newcomer@example.com' }),
  chatting: person(4, 'Carlos', 'Mendes', { email: 'chatting@example.com' }),
  hidden: person(5, 'Hana', 'Kim', { email: 'hidden@example.com', emailOnContact: false }),
  arabic: person(6, 'سارة', 'الأحمد', { email: 'arabic@example.com', language: 'ar' }),
  hebrew: person(7, 'דניאל', 'לוין', {
    email: 'hebrew@example.com',
    language: 'he',
    online: false,
  }),
  injection: person(8, '<b>Mallory</b>', 'Script', { email: 'injection@example.com' }),
  cardNumber: person(9, 'Peter', 'Holloway', { email: 'card@example.com' }),
  phoneOnly: person(10, 'Ivy', 'Marsh', { phone: '+15550100010', online: false }),
  ranting: person(11, 'Gregory', 'Stone', { email: 'rant@example.com' }),
  dormant: person(12, 'Edith', 'Fairweather', { email: 'dormant@example.com' }),
  regular: person(13, 'Tom', 'Becker', { email: 'regular@example.com' }),
  buttons: person(14, 'Mei', 'Chen', { email: 'buttons@example.com' }),
  emoji: person(15, 'Sofia', 'Rossi', { email: 'emoji@example.com' }),
  unreachable: person(16, 'Guest', '', { online: false }),
  merged: person(17, 'Julia', 'Brandt', { email: 'merged@example.com' }),
  mergedGuest: person(18, 'Guest', '', { mergedInto: MERGED }),
  mergedAddress: person(19, 'J.', 'Brandt', {
    email: 'before.merge@example.com',
    mergedInto: MERGED,
  }),
} as const satisfies Record<string, Customer>;

export type WellKnown = keyof typeof WELL_KNOWN;
