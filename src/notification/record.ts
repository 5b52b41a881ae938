import { deadlineOf, type NotificationRequest } from './request.js';
import { type Channel, isFinalState, type Lane, type State } from './state.js';

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
  fencingToken: number;
  intentAt: number;
  /** The request must leave before this, or not at all. */
  sendBy: number;
  /** Absent while the answer is outstanding. */
  outcome?: LegOutcome;
  reason?: string;
  messageId?: string;
  conversationId?: string;
  delivery?: Delivery;
  /**
   * Keyed hash of what was sent, by which the platform's copy is known again
   * (src/notification/sentContent.ts). Kept while it is open or `unknown`, and not after.
   */
  contentHash?: string;
  /** The same of the address it was sent to: what is found under another address says nothing. */
  addressHash?: string;
}

/** Whether it is still to be found out what became of it. */
export function isUndecided({ outcome }: Leg): boolean {
  return outcome === undefined || outcome === 'unknown';
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

/**
 * Whether a message may have gone out: one whose leg is open, sent or unknown, and one that left and did not
 * arrive. A place of the frequency cap is kept for as long as this is so.
 */
export function mayHaveGoneOut(legs: readonly Leg[]): boolean {
  return legs.some((leg) => leg.outcome === 'undelivered' || !surelyNotReached(leg));
}

/** The legs of which it is not known whether they have reached the customer. */
export function unknownLegs(legs: readonly Leg[]): Leg[] {
  return legs.filter(({ outcome }) => outcome === 'unknown');
}

/** Finds a leg by what no two of them share, whatever place it has now; -1 where it is gone. */
export function placeOf({ legs }: NotificationRecord, leg: Leg): number {
  return legs.findIndex(
    ({ fencingToken, intentAt, channel, generation }) =>
      fencingToken === leg.fencingToken &&
      intentAt === leg.intentAt &&
      channel === leg.channel &&
      generation === leg.generation,
  );
}

/** The leg whose answer is outstanding, if any. */
export function openLeg(legs: readonly Leg[]): Leg | undefined {
  return legs.find((leg) => leg.outcome === undefined);
}

/** Channels that this generation has tried and that said no for good; `not_sent` may be tried again. */
export function triedChannels(legs: readonly Leg[], generation: number): Set<Channel> {
  const spent = legs.filter(
    (leg) =>
      leg.generation === generation && leg.outcome !== undefined && leg.outcome !== 'not_sent',
  );
  return new Set(spent.map((leg) => leg.channel));
}

/** One line of a notification's story: codes and ids only, never an address or a text. */
export interface TimelineEntry {
  at: number;
  state: State;
  channel?: Channel;
  reason?: string;
  detail?: string;
  /** How often this same thing happened in a row; absent means once. */
  count?: number;
}

/**
 * Places of the frequency cap that a notification has taken, one at each address of its recipient. Noted in
 * the record so that the change that finds that nothing went out can give them back, whichever process
 * makes it; forgotten once a message was surely sent.
 */
export interface CapPlaces {
  /** Keyed digests of the addresses, in hex. */
  digests: readonly string[];
  /** With which intent (epoch ms). */
  takenAt: number;
  /** Until when they count (epoch ms). */
  until: number;
}

export const UNKNOWN_POLICIES = ['hold', 'resend'] as const;

/** What becomes of an `unknown` whose message is surely not on the platform: a person decides, or it is sent again. */
export type UnknownPolicy = (typeof UNKNOWN_POLICIES)[number];

/** How often the platform was asked what became of an `unknown`, and when it is asked next. */
export interface PlatformLooks {
  /** Looks that were answered in full. */
  made: number;
  /** Since when it is not known (epoch ms): from then on the delays of the looks count. */
  since: number;
  /** Epoch ms. Absent: the last look is over, and a person decides. */
  nextAt?: number;
  /** Goes before the deployment's policy: an operator has said so for all that are in doubt. */
  notFound?: UnknownPolicy;
}

/** The ledger's record of one notification. Times are epoch milliseconds. */
export interface NotificationRecord {
  id: string;
  state: State;
  reason?: string;
  createdAt: number;
  updatedAt: number;
  bodyHash: string;
  lane: Lane;
  campaignId?: string;
  /** Set for a row that its campaign has released: the campaign counts it, and can halt it. */
  row?: number;
  sendAt?: number;
  deadline: number;
  generation: number;
  /** Rises with every claim; a writer with an older fence has lost the notification. */
  fencingToken: number;
  attempts: number;
  legs: Leg[];
  timeline: TimelineEntry[];
  /** Set while a sent web message waits to be looked at. */
  deliveryCheckAt?: number;
  /** Only while it is `unknown`, and the platform is or was asked what became of it. */
  looks?: PlatformLooks;
  /** Absent without a cap, and once a message was surely sent. */
  places?: CapPlaces;
}

/** Nothing is left to be done for it by the service itself. `unknown` is not settled: a person decides it. */
export function isSettled(record: NotificationRecord): boolean {
  if (record.state === 'sent') return record.deliveryCheckAt === undefined;
  return isFinalState(record.state);
}

/** Something is still to be done for it by the service itself. */
export function isLive(record: NotificationRecord): boolean {
  return record.state !== 'unknown' && !isSettled(record);
}

/** What a campaign counts a row as: `deferred` is `queued` again, with a reason. */
export type CountLabel = State | 'deferred';

export function countLabel({ state, reason }: NotificationRecord): CountLabel {
  return state === 'queued' && reason !== undefined ? 'deferred' : state;
}

/** A timeline longer than this loses its middle: a job deferred for a day must not grow without end. */
const TIMELINE_HEAD = 8;
const TIMELINE_MAX = 40;

type Step = Omit<TimelineEntry, 'at' | 'count'>;

function sameStep(a: TimelineEntry | undefined, b: Step): a is TimelineEntry {
  return a !== undefined && a.state === b.state && a.channel === b.channel && a.reason === b.reason;
}

/**
 * Adds a step. "Deferred for the same reason again" folds into one entry with a count, so that a
 * gate closed for an hour reads as one line and not as a thousand.
 */
function extend(timeline: readonly TimelineEntry[], at: number, step: Step): TimelineEntry[] {
  const fold = step.state === 'queued' ? lastWait(timeline) : -1;
  const before = timeline[fold];
  if (sameStep(before, step)) {
    return [...timeline.slice(0, fold), { at, ...step, count: (before.count ?? 1) + 1 }];
  }
  const extended = [...timeline, { at, ...step }];
  if (extended.length <= TIMELINE_MAX) return extended;
  return [...extended.slice(0, TIMELINE_HEAD), ...extended.slice(TIMELINE_HEAD + 1)];
}

/** Where it waited last, if nothing but vain tries lies between then and now. */
function lastWait(timeline: readonly TimelineEntry[]): number {
  const place = timeline.findLastIndex(({ state }) => state === 'queued');
  const since = timeline.slice(place + 1);
  return since.every(({ state }) => state === 'processing' || state === 'sending') ? place : -1;
}

/** The record after one step of its life: state, reason and timeline move together. */
export function step(
  record: NotificationRecord,
  now: number,
  to: Step,
  changes: Partial<NotificationRecord> = {},
): NotificationRecord {
  // Clocks of two processes differ a little; a timeline out of order would mislead its reader.
  const at = Math.max(now, record.updatedAt);
  const next: NotificationRecord = {
    ...record,
    ...changes,
    state: to.state,
    updatedAt: at,
    timeline: extend(record.timeline, at, to),
  };
  if (to.reason === undefined) delete next.reason;
  else next.reason = to.reason;
  if (to.state !== 'unknown') delete next.looks;
  return next;
}

/** Since when it has been `unknown` without a break (epoch ms). */
export function unknownSince({ timeline, updatedAt }: NotificationRecord): number {
  const before = timeline.findLastIndex(({ state }) => state !== 'unknown');
  return timeline[before + 1]?.at ?? updatedAt;
}

/** A copy that no longer waits for a delivery check. */
export function deliveryChecked(record: NotificationRecord): NotificationRecord {
  const { deliveryCheckAt: _done, ...rest } = record;
  return rest;
}

/** A copy in which one leg has changed; legs keep their place for ever. */
export function withLeg(
  record: NotificationRecord,
  index: number,
  changes: Partial<Leg>,
): NotificationRecord {
  const legs = record.legs.map((leg, at) => (at === index ? { ...leg, ...changes } : leg));
  return { ...record, legs };
}

const DEFAULT_DEADLINE_MS = 24 * 60 * 60 * 1000;

/** The first record of a new notification. */
export function newRecord(
  id: string,
  request: NotificationRequest,
  bodyHash: string,
  now: number,
  by?: string,
): NotificationRecord {
  return {
    id,
    state: 'accepted',
    createdAt: now,
    updatedAt: now,
    bodyHash,
    lane: request.priority ?? 'transactional',
    campaignId: request.campaignId,
    sendAt: request.sendAt === undefined ? undefined : Date.parse(request.sendAt),
    deadline: deadlineOf(request, now, DEFAULT_DEADLINE_MS),
    generation: 1,
    fencingToken: 0,
    attempts: 0,
    legs: [],
    timeline: [{ at: now, state: 'accepted', detail: by === undefined ? undefined : `by ${by}` }],
  };
}

/** The deadline of a generation that a retry opens now. */
export function renewedDeadline(now: number): number {
  return now + DEFAULT_DEADLINE_MS;
}

/** The record once its job is in the queue. */
export function queued(record: NotificationRecord, now: number): NotificationRecord {
  return step(record, now, { state: 'queued' });
}
