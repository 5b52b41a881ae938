import type { FaultKind } from './faults.js';
import { Latch, Ring } from './requestLog.js';

export interface Delivery {
  at: number;
  channel: 'web' | 'sms' | 'email' | 'engage';
  /** Address the message went to: an external contact id for web, else a phone number or an email. */
  to: string;
  from: string;
  customerId: string | null;
  /** The customer's own email, whichever channel was used, so that a test can ask by one address. */
  customerEmail: string | null;
  text: string | null;
  subject: string | null;
  html: string | null;
  messageId: string;
  conversationId: string | null;
  /** The fault that the request which made it met, so that the caller may not know of it. */
  fault: FaultKind | null;
}

/** What customers really got. A message that was accepted but not delivered never shows up here. */
export class Inbox {
  readonly #deliveries: Ring<Delivery>;
  readonly #latch = new Latch();
  #total = 0;

  constructor(capacity: number) {
    this.#deliveries = new Ring(capacity);
  }

  get capacity(): number {
    return this.#deliveries.capacity;
  }

  /** Deliveries since the start or the last `clear`, those dropped from the list included. */
  get total(): number {
    return this.#total;
  }

  add(delivery: Delivery): void {
    this.#total += 1;
    this.#deliveries.push(delivery);
    this.#latch.notify();
  }

  /** Oldest first. `to` may be the address used, the customer's id or the customer's email. */
  list(to?: string): Delivery[] {
    const all = this.#deliveries.toArray();
    if (to === undefined) return all;
    const wanted = to.toLowerCase();
    return all.filter(({ to: address, customerId, customerEmail }) =>
      [address, customerId, customerEmail].some((known) => known?.toLowerCase() === wanted),
    );
  }

  /** Resolves true as soon as `count` deliveries (to `to`, when given) have been made. */
  waitFor(count: number, to: string | undefined, timeoutMs: number): Promise<boolean> {
    const reached = (): number => (to === undefined ? this.#total : this.list(to).length);
    return this.#latch.wait(() => reached() >= count, timeoutMs);
  }

  clear(): void {
    this.#deliveries.clear();
    this.#total = 0;
  }

  close(): void {
    this.#latch.close();
  }
}
