import type { NotificationRequest } from '#product/notification/request.js';
import type { KnownCustomer, Platform } from './platform.js';
import { pick, type Random } from './random.js';

/** A notification of a run, and by what its messages are known in the record of the sandbox. */
export interface Planned {
  request: NotificationRequest & { id: string };
  /** Addresses and the contact's id, in lower case: no two notifications of a run share any. */
  reaches: string[];
}

/** How customers are written to; a third of those whom the platform knows have closed their browser. */
const KINDS = ['web', 'web', 'web', 'known email', 'email', 'email', 'sms'] as const;

/**
 * Whom a run writes to: customers whom the platform knows, over web messaging and by email where the browser is closed;
 * addresses and numbers that it has never heard of. Each gets one notification.
 */
export async function plan(
  platform: Platform,
  count: number,
  random: Random,
  idAt: (place: number) => string,
): Promise<Planned[]> {
  const kinds = Array.from({ length: count }, () => pick(random, KINDS));
  const needed = kinds.filter((kind) => kind === 'web' || kind === 'known email').length;
  const known = (await platform.generateCustomers(needed)).values();
  return kinds.map((kind, at) => {
    const id = idAt(at);
    const priority = random() < 0.5 ? ('campaign' as const) : ('transactional' as const);
    const common = { id, template: 'follow-up', history: { required: false }, priority };
    if (kind === 'sms') {
      const phone = `+4420${String(70_000_000 + at)}`;
      return { request: { ...common, recipient: { phone }, channels: ['sms'] }, reaches: [phone] };
    }
    if (kind === 'email') {
      const email = `guest${at}@example.net`;
      return {
        request: { ...common, recipient: { email }, channels: ['email'] },
        reaches: [email],
      };
    }
    return toCustomer(known.next().value, kind, common);
  });
}

function toCustomer(
  customer: KnownCustomer | undefined,
  kind: 'web' | 'known email',
  common: Omit<Planned['request'], 'recipient'>,
): Planned {
  if (customer === undefined) throw new Error('the sandbox made too few customers');
  const { id: externalContactId, email } = customer;
  const reaches = [externalContactId, email].map((name) => name.toLowerCase());
  if (kind === 'known email') {
    return { request: { ...common, recipient: { email }, channels: ['email'] }, reaches };
  }
  return { request: { ...common, recipient: { externalContactId, email } }, reaches };
}
