import { intentSettlesAt } from '../notification/attempt.js';
import type { NotificationRecord } from '../notification/record.js';
import type { FleetStatus } from '../queue/operations.js';
import { type Html, html } from './html.js';
import { time } from './time.js';

/** What a notification waits for, and who can do something about it. */
export interface Waiting {
  who: 'nobody' | 'a worker' | 'Genesys Cloud' | 'the customer' | 'the clock' | 'you';
  what: Html;
}

const BY_REASON: Readonly<Record<string, Waiting>> = {
  credentials: {
    who: 'you',
    what: html`Genesys Cloud refuses the OAuth client. Check its id, its secret and the region; the
      work goes on by itself once a login succeeds.`,
  },
  permission: {
    who: 'you',
    what: html`The OAuth client lacks a permission, which the timeline names. Grant it in the
      client's roles; the work goes on by itself.`,
  },
  active_conversation: {
    who: 'the customer',
    what: html`The customer is in a conversation. It is tried again until that is over.`,
  },
  unreachable: {
    who: 'Genesys Cloud',
    what: html`Genesys Cloud cannot be reached. It is tried again, and that uses no attempt.`,
  },
  login_failed: {
    who: 'Genesys Cloud',
    what: html`Genesys Cloud cannot log anybody in just now. It is tried again.`,
  },
};

/** Says what holds a notification up at `now` (epoch ms). The first that applies is what counts. */
export function waitingFor(record: NotificationRecord, fleet: FleetStatus, now: number): Waiting {
  switch (record.state) {
    case 'accepted':
    case 'queued':
      return beforeWork(record, fleet, now);
    case 'processing':
      return { who: 'a worker', what: html`A worker is at it.` };
    case 'sending':
      return {
        who: 'Genesys Cloud',
        what: html`A request may be on the wire. If no answer is recorded by
          ${time(intentSettlesAt(record))}, it becomes unknown and is not sent again.`,
      };
    case 'unknown':
      return {
        who: 'you',
        what: html`A message may have reached the customer, and nobody knows. Look it up in Genesys
          Cloud, and decide below. Until then nothing is sent, on any channel.`,
      };
    case 'sent':
      return afterSent(record, fleet, now);
    case 'failed':
      return {
        who: 'nobody',
        what: html`It ended. It surely did not reach the customer, so it may be retried.`,
      };
    case 'delivered':
    case 'read':
    case 'undelivered':
    case 'skipped':
    case 'cancelled':
    case 'expired':
      return { who: 'nobody', what: html`It ended.` };
    default:
      return record.state satisfies never;
  }
}

function beforeWork(record: NotificationRecord, fleet: FleetStatus, now: number): Waiting {
  const { sendAt, reason } = record;
  if (fleet.pause !== undefined) return paused(fleet.pause.since);
  if (sendAt !== undefined && sendAt > now) {
    return { who: 'the clock', what: html`It is not to be sent before ${time(sendAt)}.` };
  }
  if (fleet.gate.closed) return gateClosed(fleet.gate.until);
  if (reason !== undefined && Object.hasOwn(BY_REASON, reason)) {
    return BY_REASON[reason] ?? nextPlace();
  }
  if (record.state === 'accepted') {
    return { who: 'a worker', what: html`Its job is about to be added, within seconds.` };
  }
  if (record.attempts > 0) {
    return { who: 'the clock', what: html`It is tried again after a pause (${reason}).` };
  }
  return nextPlace();
}

function afterSent(record: NotificationRecord, fleet: FleetStatus, now: number): Waiting {
  const due = record.deliveryCheckAt;
  if (due === undefined) return { who: 'nobody', what: html`It ended.` };
  if (fleet.pause !== undefined) return paused(fleet.pause.since);
  if (fleet.gate.closed) return gateClosed(fleet.gate.until);
  if (due > now) {
    return { who: 'the clock', what: html`Whether it arrived is asked at ${time(due)}.` };
  }
  return { who: 'a worker', what: html`Whether it arrived is about to be asked.` };
}

function paused(since: number): Waiting {
  return { who: 'you', what: html`All sending has been paused since ${time(since)}.` };
}

function gateClosed(until: number): Waiting {
  return {
    who: 'Genesys Cloud',
    what: html`It asked for silence with a 429. The gate is closed until ${time(until)}.`,
  };
}

function nextPlace(): Waiting {
  return { who: 'a worker', what: html`The next worker with a free place takes it.` };
}
