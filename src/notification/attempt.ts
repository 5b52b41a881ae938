import { hasOwnCheck } from './awaitedDelivery.js';
import { type Decision, keep, write } from './decision.js';
import {
  type CapPlaces,
  type Leg,
  mayStartLeg,
  type NotificationRecord,
  openLeg,
  step,
  withLeg,
} from './record.js';
import type { SentHashes } from './sentContent.js';
import type { Channel, State } from './state.js';

/*
 * One attempt of one worker, as the ledger sees it.
 *
 * Every attempt begins with a claim, which raises the fence. Each later write names its fence, and
 * one that is no longer the newest is turned away: the notification belongs to another worker.
 *
 * The crash windows, and what the next attempt does in each:
 *
 *   the worker dies or freezes            | it finds                     | and does
 *   --------------------------------------|------------------------------|------------------------
 *   before the intent                     | `processing`, another fence  | starts again from the
 *                                         |                              | checkpoint
 *   between intent and request, during it,| `sending`, another fence,    | writes `unknown`; no
 *   or before the answer is recorded      | `sendBy` and the request     | request goes out
 *                                         | timeout past                 |
 *   after the answer is recorded, before  | `sent`                       | completes the job and
 *   the job completes                     |                              | sends nothing
 *
 * Redis may lose what it has answered: `appendfsync everysec` loses a second to a power cut, a failover what no
 * replica had. So the request leaves only once Redis has confirmed that the intent is safe, as far as
 * INTENT_DURABILITY asks for it (src/redis/intentDurability.ts):
 *
 *   Redis loses its last writes           | the worker                   | and so
 *   --------------------------------------|------------------------------|------------------------
 *   before the intent was confirmed       | gets no confirmation         | sends nothing; the leg is
 *                                         |                              | `not_sent`, the job later
 *   after that, whatever becomes of the   | has sent                     | the intent is there, and
 *   worker                                |                              | the table above holds
 *   with `none`, after the intent         | has sent; while it lives it  | one that dies as well is
 *                                         | puts the lost leg back       | not known of: sent twice
 *
 * The confirmation is asked of the server that the question reaches, which says first whether it has this very
 * intent: a replica that took over without it confirms nothing. It comes within the window of `sendBy`, which
 * stays as it was written: what others conclude from it does not depend on how long Redis took.
 *
 * While `sendBy` plus the request timeout has not passed, the owner of the intent may be alive with
 * a request on the wire; the next attempt then waits and decides nothing. A frozen owner that wakes
 * after `sendBy` does not send, so once that time is over only a recorded answer can still come.
 */

/** How long after its intent a request may still leave. A worker frozen for longer sends nothing. */
export const SEND_WITHIN_MS = 2_000;

/** How long after an intent a request may still be running: `sendBy` plus the whole-call deadline plus slack. */
export const REQUEST_SETTLES_WITHIN_MS = 20_000;

/** Clocks differ a little; a job promoted by hand comes hours early. */
const SEND_AT_TOLERANCE_MS = 1_000;

/** Why a notification is processed whose message did not arrive. */
export const NEXT_CHANNEL = 'next_channel';

export type ClaimResult =
  | { kind: 'claimed'; record: NotificationRecord; work: 'dispatch' | 'delivery_check' }
  /** There is nothing (more) to do; the job may complete. */
  | { kind: 'ended'; state: State }
  | { kind: 'superseded' }
  | { kind: 'wait'; until: number };

/** Takes the notification for one attempt of the given generation. */
export function claim(
  record: NotificationRecord,
  generation: number,
  now: number,
): Decision<ClaimResult> {
  if (record.generation !== generation) return keep({ kind: 'superseded' });
  switch (record.state) {
    case 'accepted':
    case 'queued':
    case 'processing': {
      if (now >= record.deadline) return ended(expired(record, now));
      if (now < (record.sendAt ?? 0) - SEND_AT_TOLERANCE_MS) {
        return keep({ kind: 'wait', until: record.sendAt ?? now });
      }
      const fencingToken = record.fencingToken + 1;
      const next = isOpenedByNews(record)
        ? { ...record, fencingToken, updatedAt: now }
        : step(record, now, { state: 'processing' }, { fencingToken });
      return write(next, { kind: 'claimed', record: next, work: 'dispatch' });
    }
    case 'sending': {
      const settlesAt = intentSettlesAt(record);
      if (now < settlesAt) return keep({ kind: 'wait', until: settlesAt });
      return ended(loseIntent(record, now));
    }
    case 'sent': {
      const due = record.deliveryCheckAt;
      if (due === undefined || now < due || !hasOwnCheck(record))
        return keep({ kind: 'ended', state: record.state });
      const next = { ...record, fencingToken: record.fencingToken + 1, updatedAt: now };
      return write(next, { kind: 'claimed', record: next, work: 'delivery_check' });
    }
    default:
      return keep({ kind: 'ended', state: record.state });
  }
}

/** Its next channel was opened without an attempt (`recordNews`); that step stands in the timeline. */
export function isOpenedByNews({ state, reason }: NotificationRecord): boolean {
  return state === 'processing' && reason === NEXT_CHANNEL;
}

function ended(next: NotificationRecord): Decision<{ kind: 'ended'; state: State }> {
  return write(next, { kind: 'ended', state: next.state });
}

export function expired(record: NotificationRecord, now: number): NotificationRecord {
  return step(record, now, { state: 'expired', reason: 'deadline' });
}

/** When an outstanding request has surely ended, by whatever end. */
export function intentSettlesAt(record: NotificationRecord): number {
  return (openLeg(record.legs)?.sendBy ?? record.updatedAt) + REQUEST_SETTLES_WITHIN_MS;
}

/** The intent's owner is gone and it is not known whether the message left. */
export function loseIntent(record: NotificationRecord, now: number): NotificationRecord {
  const index = record.legs.findIndex((leg) => leg.outcome === undefined);
  const reason = 'worker_lost';
  const marked = withLeg(record, index, { outcome: 'unknown', reason });
  const channel = record.legs[index]?.channel;
  const attempts = record.attempts + 1;
  return step(marked, now, { state: 'unknown', reason, channel }, { attempts });
}

/** What its answer is recorded with, even when the intent itself is lost. */
export interface StartedLeg {
  kind: 'started';
  leg: Leg;
  places?: CapPlaces;
}

export type StartLegResult = StartedLeg | { kind: 'fenced' } | { kind: 'ended'; state: State };

/**
 * Writes the intent: from here on a message may be on its way. Refused when the attempt was
 * overtaken, when the notification was cancelled or has expired meanwhile, or when any earlier leg
 * may have reached the customer.
 */
export function startLeg(
  record: NotificationRecord,
  intent: {
    fencingToken: number;
    channel: Channel;
    sendWithinMs: number;
    places?: CapPlaces;
    hashes?: SentHashes;
  },
  now: number,
): Decision<StartLegResult> {
  if (record.state !== 'processing') return keep({ kind: 'ended', state: record.state });
  if (record.fencingToken !== intent.fencingToken) return keep({ kind: 'fenced' });
  if (now >= record.deadline) return ended(expired(record, now));
  if (record.legs.some((leg) => leg.outcome === 'sent')) {
    // A person called it not sent, and its worker came back with the message id after all.
    return ended(step(record, now, { state: 'sent', reason: 'late_sent' }));
  }
  if (!mayStartLeg(record.legs)) return keep({ kind: 'fenced' });
  const leg: Leg = {
    generation: record.generation,
    channel: intent.channel,
    fencingToken: intent.fencingToken,
    intentAt: now,
    sendBy: now + intent.sendWithinMs,
    ...intent.hashes,
  };
  const next = step(
    record,
    now,
    { state: 'sending', channel: intent.channel },
    { legs: [...withoutFalseStart(record, leg), leg], places: intent.places },
  );
  return write(next, { kind: 'started', leg, places: intent.places });
}

/**
 * A leg that surely did not leave makes room for the next try of the same channel: a notification
 * that meets a closed gate every second for a day must not grow a leg each time. One that a person
 * judged stays, since its worker may yet prove them wrong.
 */
function withoutFalseStart(record: NotificationRecord, next: Leg): Leg[] {
  const last = record.legs.at(-1);
  const replaceable =
    last?.outcome === 'not_sent' &&
    last.reason !== 'resolved_not_sent' &&
    last.generation === next.generation &&
    last.channel === next.channel;
  return replaceable ? record.legs.slice(0, -1) : record.legs;
}

export type AttemptWrite = { kind: 'written'; record: NotificationRecord } | { kind: 'fenced' };

/** Whether the attempt with this fence still holds the notification and has no intent outstanding. */
function holds(record: NotificationRecord, fencingToken: number): boolean {
  return record.state === 'processing' && record.fencingToken === fencingToken;
}

/** Notes that a channel cannot reach this recipient at all, so that the caller sees why it was passed over. */
export function skipChannel(
  record: NotificationRecord,
  pass: {
    fencingToken: number;
    channel: Channel;
    outcome: 'not_addressable' | 'refused';
    reason: string;
  },
  now: number,
): Decision<AttemptWrite> {
  if (!holds(record, pass.fencingToken)) return keep({ kind: 'fenced' });
  const leg: Leg = {
    generation: record.generation,
    channel: pass.channel,
    fencingToken: pass.fencingToken,
    intentAt: now,
    sendBy: now,
    outcome: pass.outcome,
    reason: pass.reason,
  };
  const next = step(
    record,
    now,
    { state: 'processing', channel: pass.channel, reason: pass.reason },
    { legs: [...record.legs, leg] },
  );
  return write(next, { kind: 'written', record: next });
}

export interface ReleaseOptions {
  fencingToken: number;
  reason: string;
  detail?: string;
  /** A closed gate, a deferral or a shutdown uses no attempt; a failure does. */
  usesAttempt: boolean;
  maxAttempts: number;
}

/** Gives the notification back to its queue, or ends it when no attempt is left. */
export function release(
  record: NotificationRecord,
  back: ReleaseOptions,
  now: number,
): Decision<AttemptWrite> {
  if (!holds(record, back.fencingToken)) return keep({ kind: 'fenced' });
  const attempts = record.attempts + (back.usesAttempt ? 1 : 0);
  const exhausted = back.usesAttempt && attempts >= back.maxAttempts;
  const detail = exhausted ? back.reason : back.detail;
  const next = step(
    record,
    now,
    {
      state: exhausted ? 'failed' : 'queued',
      reason: exhausted ? 'attempts_exhausted' : back.reason,
      detail,
    },
    { attempts },
  );
  return write(next, { kind: 'written', record: next });
}

/** Ends the notification without a message: skipped, failed or (undelivered everywhere) undelivered. */
export function finish(
  record: NotificationRecord,
  end: {
    fencingToken: number;
    state: 'skipped' | 'failed' | 'undelivered' | 'expired';
    reason: string;
    detail?: string;
  },
  now: number,
): Decision<AttemptWrite> {
  if (!holds(record, end.fencingToken)) return keep({ kind: 'fenced' });
  const { fencingToken: _fence, ...to } = end;
  const next = step(record, now, to, { attempts: record.attempts + 1 });
  return write(next, { kind: 'written', record: next });
}
