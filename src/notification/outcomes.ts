import type { LedgerKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { packCampaign, packId, unpackCampaign, unpackId } from './packedId.js';
import type { NotificationRecord } from './record.js';
import { CHANNELS, type Channel, OUTCOME_STATES, STATES, type State } from './state.js';

/*
 * The outcomes: a stream with an event for each notification that came to something, and for each later
 * change of that. The ledger's script adds the event in the same moment as it writes the record, so
 * there is no outcome without its event, events of one notification stand in their order, and a write
 * that lost its race leaves none. An event is history: the notification may have gone on since.
 *
 * The stream is trimmed by number with each event, and by time by the sweeper. Fields are short and
 * states are numbers, since millions of them lie there; STATES and CHANNELS are part of this format.
 * A worker of a version before this one writes no events: what it ends is found by its id alone.
 */

const OUTCOMES: ReadonlySet<State> = new Set(OUTCOME_STATES);

/** Some 45 MB; at the platform's 300 requests a minute that is two to five days. */
const EVENTS_AT_MOST = 1_000_000;

/** What the script is given where there is nothing to add. */
export const NO_OUTCOME = ['', '', '', '', '', ''] as const;

export interface Outcome {
  /** Names the event; a later one has a greater one. */
  eventId: string;
  /** Epoch ms. */
  at: number;
  id: string;
  /** Absent where a later version has written a state that this one does not know. */
  state?: State;
  reason?: string;
  channel?: Channel;
  campaignId?: string;
}

/** What the script of a change shall add to the stream: the most it may hold, then the event; or nothing. */
export function outcomeArguments(
  before: NotificationRecord,
  next: NotificationRecord,
): (string | number | Buffer)[] {
  const isNew = next.state !== before.state || next.reason !== before.reason;
  if (!isNew || !OUTCOMES.has(next.state)) return [...NO_OUTCOME];
  const leg = next.legs.findLast(({ outcome }) => outcome !== 'not_addressable');
  const { id, campaignId } = next;
  return [
    EVENTS_AT_MOST,
    packId(id),
    STATES.indexOf(next.state),
    next.reason ?? '',
    leg === undefined ? '' : CHANNELS.indexOf(leg.channel),
    packCampaign(id, campaignId),
  ];
}

export interface OutcomeRange {
  /** Epoch ms, both inclusive. */
  from?: number;
  to?: number;
  /** Only events before this one. */
  before?: string;
}

/** Events of a range, the newest first; fewer than `count` only where there are no more. */
export async function readOutcomes(
  redis: RedisClient,
  { outcomes }: LedgerKeys,
  { from, to, before }: OutcomeRange,
  count: number,
): Promise<Outcome[]> {
  const last = before === undefined ? (to ?? '+') : `(${before}`;
  const events = await redis.xrevrangeBuffer(outcomes, last, from ?? '-', 'COUNT', count);
  return events.map(([eventId, fields]) => eventOf(eventId.toString(), fields));
}

/** The first events since a time (epoch ms), the oldest first. */
export async function readOutcomesSince(
  redis: RedisClient,
  { outcomes }: LedgerKeys,
  since: number,
  count: number,
): Promise<Outcome[]> {
  const events = await redis.xrangeBuffer(outcomes, Math.ceil(since), '+', 'COUNT', count);
  return events.map(([eventId, fields]) => eventOf(eventId.toString(), fields));
}

function eventOf(eventId: string, fields: readonly Buffer[]): Outcome {
  const values = new Map<string, Buffer>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    values.set(String(fields[at]), fields[at + 1] ?? Buffer.alloc(0));
  }
  const text = (name: string) => values.get(name)?.toString() || undefined;
  const id = unpackId(values.get('i') ?? Buffer.alloc(0));
  const campaign = text('k');
  const channel = text('c');
  return {
    eventId,
    at: Number(eventId.split('-')[0]),
    id,
    state: STATES[Number(text('s') ?? Number.NaN)],
    reason: text('r'),
    channel: channel === undefined ? undefined : CHANNELS[Number(channel)],
    campaignId: unpackCampaign(id, campaign),
  };
}
