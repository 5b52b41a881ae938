import type { CountedReason } from '../notification/countedReason.js';
import { deferralOf, type WaitsFor } from '../queue/deferredReason.js';
import type { Obstacle, ObstacleKind } from '../queue/flowStatus.js';
import type { Campaign } from './campaign.js';
import { isPausedByItself } from './lifecycle.js';
import { rowsToSend, type Tally } from './tally.js';

/** One thing that rows of a campaign wait for. Times are epoch ms. */
export interface CampaignWait {
  code:
    | 'campaign_paused'
    | 'not_before'
    | 'prefetch'
    | 'hours'
    | 'delivery_checks'
    | ObstacleKind
    | CountedReason;
  who: WaitsFor;
  since?: number;
  until?: number;
  /** How many rows wait for this; all that are left where it is absent. */
  rows?: number;
  /** What is so, in a sentence. */
  detail: string;
  /** What to do about it, where a person can do something; a sentence without its full stop. */
  remedy?: string;
  /** The command that does it. */
  command?: string;
}

/**
 * Everything that a campaign waits for, what holds up all of it first. Every face of a campaign says
 * what this says.
 *
 * @param waits until when rows wait at most for what is fetched in bulk for them, and until when the
 * first of them wait for their recipients' hours (epoch ms)
 */
export function campaignWaits(
  campaign: Campaign,
  tally: Tally,
  obstacles: readonly Obstacle[],
  { heldUntil, quietUntil }: { heldUntil?: number; quietUntil?: number } = {},
): CampaignWait[] {
  switch (campaign.state) {
    case 'ready':
      return scheduled(campaign);
    case 'running':
    case 'paused': {
      const stopped = [...pausedCampaign(campaign), ...stops(obstacles)];
      return [
        ...stopped,
        ...(stopped.length === 0 ? hours(tally, quietUntil) : []),
        ...(stopped.length === 0 && quietUntil === undefined ? prefetching(tally, heldUntil) : []),
        ...deferred(tally.reasons.deferred).filter((wait) => !isSaidBy(stopped, wait)),
        ...(stopped.length === 0 ? deliveryChecks(tally) : []),
      ];
    }
    case 'importing':
    case 'completed':
    case 'cancelled':
      return [];
    default:
      return campaign.state satisfies never;
  }
}

function scheduled({ startAt }: Campaign): CampaignWait[] {
  if (startAt === undefined) return [];
  const detail = `It starts by itself at ${iso(startAt)}.`;
  return [{ code: 'not_before', who: 'the clock', until: startAt, detail }];
}

function pausedCampaign(campaign: Campaign): CampaignWait[] {
  const { id, state, reason, by, updatedAt, pausedForAccess } = campaign;
  if (state !== 'paused') return [];
  // Without a login, a person has no name: who it was is then not said.
  const nameless = isPausedByItself(campaign) ? ' by itself' : '';
  const who = by === undefined ? nameless : ` by ${by}`;
  const detail = `The campaign has been paused${who} since ${iso(updatedAt)}: ${reason ?? 'no reason was given'}`;
  const byItself = pausedForAccess !== undefined;
  return [
    {
      code: 'campaign_paused',
      who: 'you',
      since: updatedAt,
      detail,
      remedy: `Let it go on${byItself ? ' before that' : ''}, by POST /v1/campaigns/${id}/resume or`,
      command: `notifier campaign resume ${id}`,
    },
  ];
}

function stops(obstacles: readonly Obstacle[]): CampaignWait[] {
  return obstacles
    .filter(({ stops: isStop }) => isStop)
    .map(({ kind: code, who, since, until, detail, remedy, command }) => ({
      code,
      who,
      since,
      until,
      detail,
      remedy,
      command: command === undefined ? undefined : `notifier ${command}`,
    }));
}

/** Rows that are tried again, each reason with its number. */
function deferred(reasons: Tally['reasons']['deferred']): CampaignWait[] {
  return (Object.entries(reasons) as [CountedReason, number][]).map(([code, rows]) => {
    const { who, what } = deferralOf(code);
    return { code, who, rows, detail: `${what}.` };
  });
}

/** Whether what stops all of it says already why these rows were deferred. */
function isSaidBy(stopped: readonly CampaignWait[], { code, who }: CampaignWait): boolean {
  // Rows that only wait for a worker wait for what stops the workers, and no worker takes them soon.
  if (who === 'a worker' && stopped.length > 0) return true;
  const isHeld = stopped.some((stop) => stop.code === 'held');
  return isHeld && (code === 'credentials' || code === 'permission');
}

/** Rows that are not released wait a little for what is fetched for many of them together. */
function prefetching({ counts }: Tally, until: number | undefined): CampaignWait[] {
  if (until === undefined || counts.waiting === 0) return [];
  const rows = counts.waiting;
  const detail = `What rows need to know of their customers is being fetched in bulk; they wait for it until ${iso(until)} at most.`;
  return [{ code: 'prefetch', who: 'Genesys Cloud', until, rows, detail }];
}

/** All rows that are not released wait for their recipients' hours. */
function hours({ counts }: Tally, until: number | undefined): CampaignWait[] {
  if (until === undefined || counts.waiting === 0) return [];
  const rows = counts.waiting;
  const detail = "It is outside the customers' hours; rows keep their place until then.";
  return [{ code: 'hours', who: 'the clock', until, rows, detail }];
}

/** All that is left is to hear what arrived. */
function deliveryChecks({ counts, live }: Tally): CampaignWait[] {
  if (rowsToSend(counts) > 0 || live === 0) return [];
  const detail = 'All is sent; it is being asked what arrived.';
  return [{ code: 'delivery_checks', who: 'Genesys Cloud', detail }];
}

function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
