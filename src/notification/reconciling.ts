import { factsOf } from './channelFacts.js';
import { type Decision, keep, write } from './decision.js';
import {
  type Leg,
  type NotificationRecord,
  type PlatformLooks,
  placeOf,
  step,
  surelyNotReached,
  type UnknownPolicy,
  unknownLegs,
  withLeg,
} from './record.js';
import type { Channel, State } from './state.js';

/*
 * What becomes of an `unknown` when the platform is asked (src/reconcile asks, this decides).
 *
 *            ┌──── a look, and another to come: nothing is written but when the next one is
 *            ▼ │
 *   unknown, looks.nextAt ──▶ sent, reconciled_sent        one message there is surely ours
 *            │
 *            └── the last look ─▶ unknown, no nextAt       a person decides: nothing is there and the policy says
 *                             │                            `hold` (not_found_on_platform), or it is ambiguous
 *                             └▶ accepted, new generation  nothing is there, and the policy says `resend`
 *                                (expired past its deadline)
 *
 * Each is decided upon the record as it is, so the quicker one wins: a person who resolves, the worker that wrote
 * the intent and wakes up with an answer, another process that looks. The record is then not `unknown` any more, or
 * its looks are further on, and nothing is written.
 *
 * Only a last look may say "surely not there", and it is last only if it was made when the longest delay was over:
 * until then a message may be missing in the platform's statistics that is there. A leg that was not asked about in
 * full is not `not_there`.
 */

/** Why the platform's word is taken for a message whose answer was lost. */
const RECONCILED_SENT = 'reconciled_sent';
/** Why an `unknown` counts as not sent, or is left to a person. */
const NOT_FOUND = 'not_found_on_platform';
/** Redis had lost what it confirmed: whether a message went out since is in doubt. */
export const REDIS_WENT_BACK = 'redis_went_back';
/** The platform's answers do not decide it. What had become of its send stays with the leg. */
const AMBIGUOUS = 'ambiguous_on_platform';

/** What a look has found of one leg. `not_there` is said only if every question was answered in full. */
export type LegFinding =
  | { kind: 'found'; messageId: string; conversationId?: string; deliveryCheckAt?: number }
  | { kind: 'not_there' }
  /** Something is there that may be it, or it cannot be asked about. */
  | { kind: 'ambiguous' };

export interface Look {
  /** When the platform was asked (epoch ms). */
  askedAt: number;
  /** How many looks were made before: a second process that has made the same look comes too late. */
  made: number;
  findings: readonly { leg: Leg; finding: LegFinding }[];
  /** What the deployment or the template wants where nothing is found. */
  policy: UnknownPolicy;
}

export type LookResult =
  | { kind: 'sent' | 'resent' | 'held' | 'ambiguous' | 'expired'; record: NotificationRecord }
  | { kind: 'looks_again'; record: NotificationRecord }
  /** It was decided meanwhile, or looked for by another process. */
  | { kind: 'too_late' };

/** Whether the platform can be asked about messages of a channel at all. */
export function canBeLookedFor(channel: Channel): boolean {
  return factsOf(channel).reports !== undefined;
}

/**
 * The record with its first look, where it has just become unknown what became of a leg. `delays` are those of
 * `RECONCILE_AFTER` (ms), in rising order; without any the platform is never asked.
 */
export function withFirstLook(
  before: NotificationRecord,
  next: NotificationRecord,
  delays: readonly number[],
): NotificationRecord {
  const unknown = unknownLegs(next.legs);
  const isNew = before.state !== 'unknown' || unknown.length > unknownLegs(before.legs).length;
  const canBe = unknown.some(({ channel }) => canBeLookedFor(channel));
  if (next.state !== 'unknown' || !isNew || !canBe) return next;
  if (next.looks?.nextAt !== undefined && before.looks === undefined) return next;
  const since = next.updatedAt;
  const nextAt = nextLookAt(since, Number.NEGATIVE_INFINITY, delays);
  if (nextAt === undefined) return next;
  return { ...next, looks: { made: 0, since, nextAt, notFound: next.looks?.notFound } };
}

/** The first look after one that was made then; undefined where that one was the last. */
function nextLookAt(since: number, askedAt: number, delays: readonly number[]): number | undefined {
  return delays.map((delay) => since + delay).find((at) => at > askedAt);
}

/** Whether a look that is made now is the last one, whose word counts. */
export function isLastLook({ since }: PlatformLooks, now: number, delays: readonly number[]) {
  return nextLookAt(since, now, delays) === undefined;
}

/** One that a version without looks has left: it is looked for from now on. */
export function beginLooks(
  record: NotificationRecord,
  since: number,
  now: number,
): Decision<boolean> {
  const canBe = unknownLegs(record.legs).some(({ channel }) => canBeLookedFor(channel));
  if (record.state !== 'unknown' || record.looks !== undefined || !canBe) return keep(false);
  return write({ ...record, looks: { made: 0, since, nextAt: now } }, true);
}

/** The platform could not be asked: the same look comes later, and none is used up. */
export function postponeLook(
  record: NotificationRecord,
  made: number,
  until: number,
): Decision<boolean> {
  const { looks } = record;
  if (looks?.nextAt === undefined || looks.made !== made) return keep(false);
  return write({ ...record, looks: { ...looks, nextAt: until } }, true);
}

/** There is nothing (any more) to ask the platform with: a person decides. */
export function endLooks(
  record: NotificationRecord,
  detail: string,
  now: number,
): Decision<boolean> {
  if (record.looks?.nextAt === undefined) return keep(false);
  return write(
    leftToPerson(record, record.looks.made, { reason: record.reason, detail }, now),
    true,
  );
}

export function recordLook(
  record: NotificationRecord,
  look: Look,
  delays: readonly number[],
  now: number,
): Decision<LookResult> {
  const { looks } = record;
  if (record.state !== 'unknown' || looks?.nextAt === undefined) return tooLate();
  const places = new Map(look.findings.map(({ leg, finding }) => [placeOf(record, leg), finding]));
  const findingOf = (leg: Leg) => places.get(record.legs.indexOf(leg));
  const unknown = unknownLegs(record.legs);
  const findings = unknown.map(findingOf);
  const isLast = isLastLook(looks, look.askedAt, delays);
  const isThere = findings.some((finding) => finding?.kind === 'found');
  if (isThere) return asSent(record, places, isLast, now);
  if (looks.made !== look.made) return tooLate();
  const made = looks.made + 1;
  if (!isLast) {
    const nextAt = nextLookAt(looks.since, look.askedAt, delays);
    const next = { ...record, looks: { ...looks, made, nextAt } };
    return write(next, { kind: 'looks_again', record: next });
  }
  if (!findings.every((finding) => finding?.kind === 'not_there')) {
    const next = leftToPerson(record, made, { reason: AMBIGUOUS }, now);
    return write(next, { kind: 'ambiguous', record: next });
  }
  if ((looks.notFound ?? look.policy) === 'hold') {
    const next = leftToPerson(record, made, { reason: NOT_FOUND }, now);
    return write(next, { kind: 'held', record: next });
  }
  return asNotSent(record, now);
}

function tooLate(): Decision<LookResult> {
  return keep({ kind: 'too_late' });
}

/** What is found is written down; what is surely not there beside it as well. */
function asSent(
  record: NotificationRecord,
  places: ReadonlyMap<number, LegFinding>,
  isLast: boolean,
  now: number,
): Decision<LookResult> {
  let next = record;
  let deliveryCheckAt: number | undefined;
  let channel: Channel | undefined;
  for (const [place, finding] of places) {
    const leg = record.legs[place];
    if (leg?.outcome !== 'unknown') continue;
    if (finding.kind === 'found') {
      const { messageId, conversationId } = finding;
      next = withLeg(next, place, { outcome: 'sent', messageId, conversationId });
      deliveryCheckAt ??= finding.deliveryCheckAt;
      channel ??= leg.channel;
    } else if (finding.kind === 'not_there' && isLast) {
      next = withLeg(next, place, { outcome: 'not_sent', reason: NOT_FOUND });
    }
  }
  const to = { state: 'sent', reason: RECONCILED_SENT, channel } as const;
  next = step(next, now, to, { places: undefined, deliveryCheckAt });
  return write(next, { kind: 'sent', record: next });
}

/** No message is there: it goes on as if it had not been sent, by a policy that says so, and the timeline too. */
function asNotSent(record: NotificationRecord, now: number): Decision<LookResult> {
  const legs = record.legs.map((leg) =>
    leg.outcome === 'unknown' ? { ...leg, outcome: 'not_sent' as const, reason: NOT_FOUND } : leg,
  );
  const channel = unknownLegs(record.legs).at(-1)?.channel;
  if (!legs.every(surelyNotReached)) {
    // What was in doubt came after a message that is known: that one stands, and its delivery is followed again.
    const next = step(record, now, { state: 'sent', reason: NOT_FOUND, channel }, { legs });
    return write(next, { kind: 'sent', record: next });
  }
  if (now >= record.deadline) {
    const to = { state: 'expired', reason: 'deadline', detail: NOT_FOUND } as const;
    const next = step(record, now, to, { legs });
    return write(next, { kind: 'expired', record: next });
  }
  const to = { state: 'accepted', reason: NOT_FOUND, channel } as const;
  const next = step(record, now, to, { legs, generation: record.generation + 1 });
  return write(next, { kind: 'resent', record: next });
}

function leftToPerson(
  record: NotificationRecord,
  made: number,
  because: { reason?: string; detail?: string },
  now: number,
): NotificationRecord {
  const { since = record.updatedAt, notFound } = record.looks ?? {};
  const channel = unknownLegs(record.legs).at(-1)?.channel;
  return step(
    record,
    now,
    { state: 'unknown', channel, ...because },
    { looks: { made, since, notFound } },
  );
}

/** A send of which Redis may have lost the record. */
export interface DoubtfulLeg {
  channel: Channel;
  /** It may have gone out from then on (epoch ms). */
  intentAt: number;
  /** Until then (epoch ms). */
  sendBy: number;
}

const DOUBTABLE: ReadonlySet<State> = new Set([
  'accepted',
  'queued',
  'processing',
  'sending',
  'sent',
]);

/** Redis may have forgotten so many claims: an attempt of before must not pass for a later one. */
const CLAIMS_FORGOTTEN_AT_MOST = 100;

/**
 * What Redis says of a notification may be older than what was done: these messages may have gone out since. It is
 * `unknown` until the platform was asked, and its attempts are fenced off. One that has ended, or has a message
 * whose delivery is not followed, stays as it is, and so does one that waits for a person. One that was `unknown`
 * before, and is looked for by itself, may have been sent again since: what is looked for is more, from the beginning.
 */
export function doubt(
  record: NotificationRecord,
  given: { reason: string; legs: readonly DoubtfulLeg[]; notFound?: UnknownPolicy },
  now: number,
): Decision<'doubted' | 'kept'> {
  if (!isDoubtable(record) || given.legs.length === 0) return keep('kept');
  const { generation } = record;
  const { reason } = given;
  const fencingToken = record.fencingToken + CLAIMS_FORGOTTEN_AT_MOST;
  const open = record.legs.map((leg) =>
    leg.outcome === undefined ? { ...leg, outcome: 'unknown' as const, reason } : leg,
  );
  const doubtful = given.legs.map((leg) => {
    const known = { generation, fencingToken: record.fencingToken };
    return apart(record, { ...leg, ...known, outcome: 'unknown', reason });
  });
  const legs = [...open, ...doubtful];
  // Statistics lag behind what was sent, not behind what was noticed.
  const since = Math.min(now, Math.max(...given.legs.map(({ sendBy }) => sendBy)));
  const looks = { made: 0, since, nextAt: now, notFound: notFoundOf(record, given.notFound) };
  const channel = doubtful[0]?.channel;
  const next = step(
    record,
    now,
    { state: 'unknown', reason, channel },
    { legs, fencingToken, looks },
  );
  return write(next, 'doubted');
}

function isDoubtable({ state, looks, deliveryCheckAt }: NotificationRecord): boolean {
  if (state === 'unknown') return looks?.nextAt !== undefined;
  return DOUBTABLE.has(state) && (state !== 'sent' || deliveryCheckAt !== undefined);
}

/** Where it was `unknown` before, what is wanted of that holds: a recovery that goes on sends no more than was wanted. */
function notFoundOf(
  { state, looks }: NotificationRecord,
  given: UnknownPolicy | undefined,
): UnknownPolicy | undefined {
  return state === 'unknown' && given !== 'hold' ? looks?.notFound : given;
}

/**
 * The leg so that no other has its place: one that begins a millisecond earlier covers the same time. Another try over the
 * channel that began in the same moment says nothing of what was sent later, whatever became of it.
 */
function apart(record: NotificationRecord, leg: Leg): Leg {
  if (placeOf(record, leg) < 0) return leg;
  return apart(record, { ...leg, intentAt: leg.intentAt - 1 });
}
