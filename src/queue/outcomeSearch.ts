import type { Ledger } from '../notification/ledger.js';
import { type Outcome, readOutcomes } from '../notification/outcomes.js';
import type { NotificationRecord } from '../notification/record.js';
import type { Channel, State } from '../notification/state.js';
import type { RedisClient } from '../redis/redisClient.js';

/** Which notifications. Times are epoch ms: when the notification came to be as it is. */
export interface SearchFilter {
  state?: State;
  reason?: string;
  channel?: Channel;
  campaignId?: string;
  from?: number;
  to?: number;
}

export interface FoundRecords {
  records: NotificationRecord[];
  /** Where to read on; absent when all that is kept was looked at. */
  next?: string;
  /** How far back this answer has looked (epoch ms), where there is more. */
  lookedBackTo?: number;
}

const STEP = 500;
/** Events looked at for one answer: a filter that fits few must not read the whole stream at once. */
const LOOKED_AT_MOST = 5_000;
/** An event is written within this after the step it tells of was decided. */
const WRITTEN_WITHIN_MS = 1_000;

/** The channel that a notification was tried on last, as its view names it. */
export function lastChannel({ legs }: NotificationRecord): Channel | undefined {
  return legs.findLast(({ outcome }) => outcome !== 'not_addressable')?.channel;
}

/** Whether a record, as it is now, is what is looked for. */
export function fits(record: NotificationRecord, filter: SearchFilter): boolean {
  const { state, reason, channel, campaignId, from, to } = filter;
  const at = sinceWhen(record);
  return (
    (state === undefined || record.state === state) &&
    (reason === undefined || record.reason === reason) &&
    (channel === undefined || lastChannel(record) === channel) &&
    (campaignId === undefined || record.campaignId === campaignId) &&
    (from === undefined || at >= from) &&
    (to === undefined || at <= to)
  );
}

/** When it came to be as it is. */
function sinceWhen({ timeline, createdAt }: NotificationRecord): number {
  return timeline.at(-1)?.at ?? createdAt;
}

/**
 * Notifications that have come to something, the newest first, found in the stream of outcomes. An
 * event whose notification has gone on since is passed over: its later event has shown it, or it is
 * at work again. So none is listed twice, and each as it is now.
 */
export async function searchOutcomes(
  { redis, ledger }: { redis: RedisClient; ledger: Ledger },
  filter: SearchFilter,
  { limit, after }: { limit: number; after?: string },
): Promise<FoundRecords> {
  const records: NotificationRecord[] = [];
  const seen = new Set<string>();
  let place = EVENT_ID.test(after ?? '') ? after : undefined;
  let lookedBackTo: number | undefined;
  for (let looked = 0; looked < LOOKED_AT_MOST; looked += STEP) {
    const range = { from: filter.from, to: filter.to, before: place };
    const events = await readOutcomes(redis, ledger.keys, range, STEP);
    const fitting = events.filter((event) => mayFit(event, filter));
    const there = await ledger.readAll(fitting.map(({ id }) => id));
    const byEvent = new Map(fitting.map(({ eventId }, at) => [eventId, there[at]]));
    for (const event of events) {
      const record = byEvent.get(event.eventId);
      if (record !== undefined && isCurrent(event, record) && !seen.has(record.id)) {
        if (records.length === limit) return { records, next: place, lookedBackTo };
        seen.add(record.id);
        records.push(record);
      }
      place = event.eventId;
      lookedBackTo = event.at;
    }
    if (events.length < STEP) return { records };
  }
  return { records, next: place, lookedBackTo };
}

const EVENT_ID = /^\d{1,16}-\d{1,16}$/;

function mayFit(event: Outcome, { state, reason, channel, campaignId }: SearchFilter): boolean {
  return (
    (state === undefined || event.state === state) &&
    (reason === undefined || event.reason === reason) &&
    (channel === undefined || event.channel === channel) &&
    (campaignId === undefined || event.campaignId === campaignId)
  );
}

/** Whether the event tells of the notification as it is, and of no earlier time in the same state. */
function isCurrent({ state, reason, at }: Outcome, record: NotificationRecord): boolean {
  return (
    record.state === state &&
    record.reason === reason &&
    at + WRITTEN_WITHIN_MS >= sinceWhen(record)
  );
}
