import { factsOf } from '../notification/channelFacts.js';
import type { DoubtfulLeg } from '../notification/reconciling.js';
import { type NotificationRecord, triedChannels } from '../notification/record.js';
import type { NotificationRequest } from '../notification/request.js';
import type { Channel } from '../notification/state.js';

/** The time of which Redis knows nothing (epoch ms). */
export interface LostTime {
  since: number;
  /** From then on nothing was sent. */
  until: number;
}

/**
 * Over which channels a message may have gone out in the time that is lost, by what Redis knew before it. The
 * request is absent where it cannot be read (any more): then every channel counts. One whose answer was outstanding counts as
 * well: it may have been refused for a while, and have been tried again later.
 */
export function doubtfulLegs(
  record: NotificationRecord,
  request: NotificationRequest | undefined,
  defaultChannels: readonly Channel[],
  { since, until }: LostTime,
): DoubtfulLeg[] {
  // Accepted, or due, only after it.
  if (record.createdAt > until || (record.sendAt ?? 0) > until) return [];
  const spent = spentChannels(record);
  const intentAt = Math.max(since, record.createdAt);
  return (request?.channels ?? defaultChannels)
    .filter((channel) => !spent.has(channel))
    .filter((channel) => request === undefined || mayHaveAddress(channel, request))
    .map((channel) => ({ channel, intentAt, sendBy: until }));
}

/** One that was `unknown` may have been sent again since, in a new generation, which begins with the first channel. */
function spentChannels({ state, legs, generation }: NotificationRecord): ReadonlySet<Channel> {
  return state === 'unknown' ? new Set() : triedChannels(legs, generation);
}

/** A contact id may have been found by email. */
function mayHaveAddress(channel: Channel, { recipient }: NotificationRequest): boolean {
  const { address } = factsOf(channel);
  if (recipient[address] !== undefined) return true;
  return address === 'externalContactId' && recipient.email !== undefined;
}
