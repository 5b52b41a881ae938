import { intentSettlesAt } from '../notification/attempt.js';
import { countedReason } from '../notification/countedReason.js';
import { reconcileOf } from '../notification/reconcileView.js';
import type { NotificationRecord } from '../notification/record.js';
import { deferralOf, type WaitsFor } from './deferredReason.js';
import { flowStatus, type ObstacleKind } from './flowStatus.js';
import type { FleetStatus } from './operations.js';
import { whoDecides } from './undecided.js';

/** One thing that a notification waits for. Times are epoch ms. */
export interface BlockingReason {
  who: WaitsFor;
  /** In a sentence or two. */
  detail: string;
}

/** What of its campaign holds a row up. Times are epoch ms. */
export interface CampaignPause {
  id: string;
  since: number;
  by?: string;
  reason?: string;
}

export interface Surroundings {
  fleet: FleetStatus;
  /** Its campaign, while that is paused. */
  campaignPause?: CampaignPause;
  /** When the queue starts its job, where that is delayed. */
  jobStartsAt?: number;
}

/**
 * Everything that a notification waits for at `now` (epoch ms by Redis), what comes first in front; never
 * empty. Each that is named is true at this moment: when it is gone, the next one counts.
 */
export function blockingReasons(
  record: NotificationRecord,
  surroundings: Surroundings,
  now: number,
): BlockingReason[] {
  const stops = stopsOf(record, surroundings);
  switch (record.state) {
    case 'accepted':
    case 'queued':
      return beforeWork(record, surroundings, stops, now);
    case 'processing':
      return [...stops, { who: 'a worker', detail: 'A worker has taken it.' }];
    case 'sending':
      return [
        {
          who: 'Genesys Cloud',
          detail: `A request may be on the wire. If no answer is recorded by ${iso(intentSettlesAt(record))}, it becomes unknown and is not sent again.`,
        },
        ...stops.filter(({ kind }) => kind === 'no_workers'),
      ];
    case 'unknown':
      return undecided(record, stops, now);
    case 'sent':
      return afterSent(record, stops, now);
    case 'failed':
      return [
        {
          who: 'nothing',
          detail: 'It ended. It surely did not reach the customer, so it may be retried.',
        },
      ];
    case 'delivered':
    case 'read':
    case 'undelivered':
    case 'skipped':
    case 'cancelled':
    case 'expired':
      return [ENDED];
    default:
      return record.state satisfies never;
  }
}

const ENDED: BlockingReason = { who: 'nothing', detail: 'It ended.' };

type Stop = BlockingReason & { kind: ObstacleKind | 'campaign_paused' };

/** What keeps every notification of its queue, or every row of its campaign, from being sent. */
function stopsOf(record: NotificationRecord, { fleet, campaignPause }: Surroundings): Stop[] {
  const ofAll = flowStatus(fleet)
    .obstacles.filter(
      ({ kind, stops }) => stops || (kind === 'queue_paused' && fleet.queues[record.lane].paused),
    )
    .map(({ kind, who, detail }): Stop => ({ kind, who, detail }));
  if (campaignPause === undefined) return ofAll;
  const { id, since, by, reason } = campaignPause;
  const who = by === undefined ? 'by itself' : `by ${by}`;
  const because = reason === undefined ? '.' : `: ${reason}`;
  const detail = `Its campaign ${id} has been paused ${who} since ${iso(since)}${because}`;
  return [...ofAll, { kind: 'campaign_paused', who: 'you', detail }];
}

function beforeWork(
  record: NotificationRecord,
  { jobStartsAt }: Surroundings,
  stops: readonly Stop[],
  now: number,
): BlockingReason[] {
  const { sendAt } = record;
  if (sendAt !== undefined && sendAt > now) {
    const clock = {
      who: 'the clock',
      detail: `It is not to be sent before ${iso(sendAt)}.`,
    } as const;
    const pauses = stops.filter(({ kind }) => kind === 'paused');
    return [...pauses, clock, ...stops.filter(({ kind }) => kind !== 'paused')];
  }
  const deferral = deferralFor(record, stops);
  const again =
    jobStartsAt !== undefined && jobStartsAt > now ? ` Next at ${iso(jobStartsAt)}.` : '';
  if (deferral !== undefined) {
    return [...stops, { ...deferral, detail: `${deferral.detail}${again}` }];
  }
  if (stops.length > 0) return [...stops];
  if (record.state === 'accepted') {
    return [{ who: 'a worker', detail: 'Its job is about to be added, within seconds.' }];
  }
  return [{ who: 'a worker', detail: 'The next worker with a free place takes it.' }];
}

/** Why it was given back to its queue, unless a stop says the same of more than this one. */
function deferralFor(
  record: NotificationRecord,
  stops: readonly Stop[],
): BlockingReason | undefined {
  const { state, reason } = record;
  if (state !== 'queued' || reason === undefined) return undefined;
  const { who, what } = deferralOf(countedReason(reason));
  // What only waits for a worker waits for what stops the workers, and no worker takes it soon.
  if (who === 'a worker' && stops.length > 0) return undefined;
  const isHeld = stops.some(({ kind }) => kind === 'held');
  if (isHeld && (reason === 'credentials' || reason === 'permission')) return undefined;
  return { who, detail: `${what.charAt(0).toUpperCase()}${what.slice(1)} (${reason}).` };
}

const PERHAPS = 'A message may have reached the customer.';
const NOTHING_MORE = 'Until then nothing is sent, on any channel.';

/** The platform as long as it is asked; then a person, who may decide before as well. */
function undecided(
  record: NotificationRecord,
  stops: readonly Stop[],
  now: number,
): BlockingReason[] {
  const reconcile = reconcileOf(record);
  const nextAt = record.looks?.nextAt;
  if (reconcile === undefined || nextAt === undefined) {
    const why = whoDecides({ reason: record.reason, reconcile });
    const detail = `${PERHAPS} ${why}. Look it up there, and decide. ${NOTHING_MORE}`;
    return [{ who: 'you', detail }];
  }
  const when = nextAt > now ? `at ${iso(nextAt)}` : 'now';
  const detail = `${PERHAPS} Genesys Cloud is asked for it again ${when}. You may decide before. ${NOTHING_MORE}`;
  return [
    { who: 'Genesys Cloud', detail },
    ...stops.filter(({ kind }) => kind === 'no_workers' || kind === 'held'),
  ];
}

function afterSent(
  record: NotificationRecord,
  stops: readonly Stop[],
  now: number,
): BlockingReason[] {
  const due = record.deliveryCheckAt;
  if (due === undefined) return [ENDED];
  if (due > now) {
    return [...stops, { who: 'the clock', detail: `Whether it arrived is asked at ${iso(due)}.` }];
  }
  return [...stops, { who: 'a worker', detail: 'Whether it arrived is about to be asked.' }];
}

function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
