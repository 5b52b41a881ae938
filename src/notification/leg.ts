import type { Channel } from './channel.js';

/**
 * What became of one try to reach the customer.
 *
 * - `sent`: the platform took the message and named it.
 * - `undelivered`: taken, but the platform later said it did not arrive.
 * - `refused`: the platform answered that it will not send this.
 * - `not_sent`: nothing left us, or the platform surely did nothing (closed gate, no connection).
 * - `not_addressable`: the recipient has no address there, so nothing was tried.
 * - `unknown`: perhaps sent, perhaps not.
 */
export const LEG_OUTCOMES = [
  'sent',
  'undelivered',
  'refused',
  'not_sent',
  'not_addressable',
  'unknown',
] as const;

type LegOutcome = (typeof LEG_OUTCOMES)[number];

export const DELIVERIES = ['delivered', 'read', 'failed', 'unconfirmed'] as const;

/** What the platform said about an accepted message when it was asked. */
export type Delivery = (typeof DELIVERIES)[number];

/** One try to reach the customer over one channel. Times are epoch milliseconds. */
export interface Leg {
  generation: number;
  channel: Channel;
  /** The attempt that wrote the intent: only it may record the answer. */
  fence: number;
  intentAt: number;
  /** The request must leave before this, or not at all. */
  sendBy: number;
  /** Absent while the answer is outstanding. */
  outcome?: LegOutcome;
  reason?: string;
  messageId?: string;
  conversationId?: string;
  delivery?: Delivery;
}

const SURELY_NOT_REACHED: ReadonlySet<LegOutcome> = new Set([
  'undelivered',
  'refused',
  'not_sent',
  'not_addressable',
]);

/** Whether this leg certainly did not reach the customer. An open leg and an `unknown` one may have. */
export function surelyNotReached(leg: Leg): boolean {
  return leg.outcome !== undefined && SURELY_NOT_REACHED.has(leg.outcome);
}

/** The rule that keeps a customer from being messaged twice: no new leg while an earlier one may have arrived. */
export function mayStartLeg(legs: readonly Leg[]): boolean {
  return legs.every(surelyNotReached);
}

/** The leg whose answer is outstanding, if any. */
export function openLeg(legs: readonly Leg[]): Leg | undefined {
  return legs.find((leg) => leg.outcome === undefined);
}

/** Channels that this generation has tried and that said no for good; `not_sent` may be tried again. */
export function spentChannels(legs: readonly Leg[], generation: number): Set<Channel> {
  const spent = legs.filter(
    (leg) =>
      leg.generation === generation && leg.outcome !== undefined && leg.outcome !== 'not_sent',
  );
  return new Set(spent.map((leg) => leg.channel));
}
