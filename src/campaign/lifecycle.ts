import type { Channel } from '../notification/state.js';
import { accessProblem } from '../queue/flowStatus.js';
import type { AccessProblem, Campaign, ImportSummary, Judged, RowDefaults } from './campaign.js';
import {
  already,
  type CampaignDecision,
  done,
  type ImportOutcome,
  refusal,
  refused,
  type StepDecision,
  taken,
  type UploadedRows,
} from './campaignSteps.js';
import type { ColumnChoices } from './import/columnChoices.js';
import { manyRejected } from './rowReasons.js';
import { withoutLink } from './unsubscribeCheck.js';

/*
 * Every step a campaign can take, as pure functions over its record: see `CAMPAIGN_STATES` for the
 * picture and `STEPS` in `campaignSteps.ts` for which step is taken where. A step that was done before is done again without
 * effect; one that makes no sense where the campaign stands is refused in words. The store writes them
 * one at a time, so that of two people who pause and cancel at the same moment, the second decides upon
 * what the first has done.
 */

export interface NewCampaign {
  id: string;
  name: string;
  /** The name was not given, so that another one does not make it another campaign. */
  isNameDefault?: true;
  template: string;
  templateHash: string;
  defaults: RowDefaults;
  /** Epoch milliseconds; when there, it starts by itself once its rows are uploaded. */
  startAt?: number;
  endAt?: number;
  columns?: Partial<ColumnChoices>;
  acceptRejected?: true;
  noUnsubscribe?: string;
  prefetch?: 'off';
}

export function newCampaign(input: NewCampaign, now: number, by?: string): Campaign {
  const { id, name, template, templateHash, defaults, startAt, endAt } = input;
  const { columns, acceptRejected, noUnsubscribe, prefetch } = input;
  return {
    id,
    name,
    state: 'importing',
    by,
    template,
    templateHash,
    defaults,
    createdAt: now,
    updatedAt: now,
    startAt,
    endAt,
    columns,
    acceptRejected: acceptRejected || undefined,
    noUnsubscribe,
    prefetch,
  };
}

type Transient =
  | 'reason'
  | 'pausedForAccess'
  | 'pausedForFailures'
  | 'by'
  | 'upload'
  | 'uploadBrokeOffAt'
  | 'unsettled';

/** The campaign after a step: what was said of the last one is gone unless said again. */
function step(
  campaign: Campaign,
  now: number,
  to: Pick<Campaign, 'state'> & Partial<Pick<Campaign, Transient>>,
  changes: Partial<Campaign> = {},
): Campaign {
  const {
    reason: _reason,
    pausedForAccess: _access,
    pausedForFailures: _failures,
    ...by
  } = campaign;
  const { by: _by, upload: _upload, uploadBrokeOffAt: _broke, unsettled: _unsettled, ...rest } = by;
  // Clocks of two processes differ a little.
  return { ...rest, ...changes, ...to, updatedAt: Math.max(now, campaign.updatedAt) };
}

function who(by: string | undefined): { by?: string } {
  return by === undefined ? {} : { by };
}

/** Rows may be uploaded until it is started, each upload in place of the one before. */
export function beginUpload(
  campaign: Campaign,
  { upload, by }: { upload: string; by?: string },
  now: number,
): StepDecision {
  return taken(campaign, 'import', () =>
    done(step(campaign, now, { state: 'importing', upload, ...who(by) })),
  );
}

function isUploadOf(campaign: Campaign, upload: string): boolean {
  return campaign.state === 'importing' && campaign.upload === upload;
}

export function finishUpload(
  campaign: Campaign,
  uploaded: UploadedRows,
  now: number,
): CampaignDecision<ImportOutcome<{ summary: ImportSummary }>> {
  if (!isUploadOf(campaign, uploaded.upload)) return { result: { kind: 'superseded' } };
  const to = { state: 'ready' as const, ...who(campaign.by) };
  const { summary } = uploaded;
  const next = step(campaign, now, to, { import: summary });
  const result = { kind: 'imported' as const, summary };
  // What it brought has expired since, or was never all there.
  return { result, next, uploaded, otherwise: { kind: 'broken_off' } };
}

/**
 * An upload that broke off leaves the campaign with the rows it had before, if it had any. Should its
 * `startAt` have passed meanwhile, it does not start by itself: a person was about to replace them.
 */
export function abandonUpload(
  campaign: Campaign,
  upload: string,
  now: number,
  end: 'refused' | 'broken_off' = 'refused',
): CampaignDecision<boolean> {
  if (!isUploadOf(campaign, upload)) return { result: false };
  const state = campaign.import === undefined ? 'importing' : 'ready';
  const { startAt, ...unscheduled } = campaign;
  const wouldStartNow = state === 'ready' && startAt !== undefined && startAt <= now;
  const next = step(wouldStartNow ? unscheduled : campaign, now, {
    state,
    uploadBrokeOffAt: end === 'broken_off' ? now : undefined,
  });
  return { result: true, next };
}

/**
 * An upload broke off before its first chunk was complete: nothing changes, but that it did is known to the
 * person who closed the browser over it.
 */
export function noteBrokenUpload(campaign: Campaign, now: number): CampaignDecision<void> {
  const { state, upload } = campaign;
  const takesRows = state === 'importing' || state === 'ready';
  if (!takesRows || upload !== undefined) return { result: undefined };
  return { result: undefined, next: { ...campaign, uploadBrokeOffAt: now } };
}

export interface StartGiven {
  /** Not before this time (epoch ms). */
  at?: number;
  by?: string;
  acceptRejected?: boolean;
  /** Why emails without a link to unsubscribe may go out. */
  noUnsubscribe?: string;
  /** What the person who starts it has looked at: how many recipients, of which import (epoch ms). */
  seen?: { rows: number; importedAt: number };
}

/** What the audit says of a start; undefined where there is nothing to say. */
export function describeStart({
  at,
  noUnsubscribe,
}: Pick<StartGiven, 'at' | 'noUnsubscribe'>): string | undefined {
  const when = at === undefined ? [] : [`at ${new Date(at).toISOString()}`];
  const why = noUnsubscribe === undefined ? [] : [`no unsubscribe link: ${noUnsubscribe}`];
  return [...when, ...why].join(', ') || undefined;
}

const NOT_AS_SEEN =
  'its rows have been replaced since you looked at them; look at what it sends now, and start it then';

function isAsSeen(
  { import: imported }: Campaign,
  { rows, importedAt }: { rows: number; importedAt: number },
) {
  return imported?.rows === rows && imported.finishedAt === importedAt;
}

/**
 * Starts it, now or `at` a time (epoch ms). The template's content is pinned here: an edited template
 * does not change what a running campaign says. `endless`: its emails that customers could not stop.
 */
export function start(
  campaign: Campaign,
  given: StartGiven & { templateHash: string; endless?: readonly Channel[] },
  now: number,
): StepDecision {
  return taken(campaign, 'start', () => {
    const { templateHash, at = now, acceptRejected = false, seen, endless = [] } = given;
    if (seen !== undefined && !isAsSeen(campaign, seen)) return refused(campaign, NOT_AS_SEEN);
    const doubt = acceptRejected ? undefined : manyRejected(campaign);
    if (doubt !== undefined) return refused(campaign, doubt, 'accept-rejected');
    const noUnsubscribe = given.noUnsubscribe ?? campaign.noUnsubscribe;
    if (noUnsubscribe === undefined && endless.length > 0) {
      return refused(campaign, withoutLink(campaign.template, endless), 'no-unsubscribe');
    }
    const accepted: Partial<Campaign> = { noUnsubscribe };
    if (acceptRejected && campaign.import !== undefined) {
      accepted.import = { ...campaign.import, isAccepted: true };
    }
    if (campaign.endAt !== undefined && Math.max(at, now) >= campaign.endAt) {
      return refused(campaign, 'its end would come before its start');
    }
    if (at > now) {
      const changes = { ...accepted, startAt: at };
      return done(step(campaign, now, { state: 'ready', ...who(given.by) }, changes));
    }
    const startedAt = Math.max(now, campaign.createdAt);
    const changes = { ...accepted, templateHash, startedAt };
    return done(step(campaign, now, { state: 'running', ...who(given.by) }, changes));
  });
}

/**
 * Pauses it. One that waits for its start will not start by itself any more.
 *
 * @param given `judged` where the product itself pauses it because too much failed
 */
export function pause(
  campaign: Campaign,
  given: { reason: string; by?: string; judged?: Judged },
  now: number,
): StepDecision {
  const { reason, by, judged } = given;
  return taken(campaign, 'pause', () => {
    if (campaign.state === 'ready') {
      const { startAt: _never, ...unscheduled } = campaign;
      return done(step(unscheduled, now, { state: 'ready', ...who(by) }));
    }
    // One that was paused for access goes on by itself; from now on only a person ends the pause.
    if (judged === undefined)
      return done(step(campaign, now, { state: 'paused', reason, ...who(by) }));
    const to = { state: 'paused' as const, reason, pausedForFailures: true as const };
    return done(step(campaign, now, to, { judged }));
  });
}

/** Whether the product itself has paused it, and no person. */
export function isPausedByItself({ pausedForAccess, pausedForFailures }: Campaign): boolean {
  return pausedForAccess !== undefined || pausedForFailures === true;
}

/** Pauses a running one because our own access to the platform is broken; it goes on by itself. */
export function pauseForAccess(
  campaign: Campaign,
  access: AccessProblem,
  now: number,
): CampaignDecision<boolean> {
  if (campaign.state !== 'running') return { result: false };
  const reason = `${accessProblem(access.kind, access.detail)} It goes on by itself once that is repaired.`;
  const next = step(campaign, now, { state: 'paused', reason, pausedForAccess: access });
  return { result: true, next };
}

/** Lets it go on after such a pause. A pause that a person gave, or too many failures, stays. */
export function resumeAfterAccess(campaign: Campaign, now: number): CampaignDecision<boolean> {
  if (campaign.state !== 'paused' || campaign.pausedForAccess === undefined) {
    return { result: false };
  }
  const reason = 'it went on by itself after a pause for lack of access to Genesys Cloud';
  const next = step(campaign, now, { state: 'running', unsettled: true, reason });
  return { result: true, next };
}

export function resume(campaign: Campaign, given: { by?: string }, now: number): StepDecision {
  return taken(campaign, 'resume', () =>
    done(step(campaign, now, { state: 'running', unsettled: true, ...who(given.by) })),
  );
}

/** Ends it for good: what was not sent is not sent any more. */
export function cancel(
  campaign: Campaign,
  given: { reason?: string; by?: string },
  now: number,
): StepDecision {
  return taken(campaign, 'cancel', () => {
    const { reason, by } = given;
    const to = {
      state: 'cancelled' as const,
      reason,
      ...who(by),
      unsettled: campaign.startedAt === undefined ? undefined : (true as const),
    };
    return done(step(campaign, now, to, { endedAt: now }), { waitingBecome: 'cancelled' });
  });
}

/** Ends it because every row has ended; `unknown` rows wait for a person, and the campaign does not. */
export function complete(campaign: Campaign, now: number): StepDecision {
  return taken(campaign, 'complete', () => {
    const next = step(campaign, now, { state: 'completed' }, { endedAt: now });
    const otherwise = refusal(campaign, 'rows are left to be sent');
    return done(next, { onlyIfNothingIsLeft: true, otherwise });
  });
}

/** Its time is over: rows that were never released are not sent any more. */
export function expireWaiting(campaign: Campaign, now: number): StepDecision {
  const { state, endAt } = campaign;
  if ((state !== 'running' && state !== 'paused') || endAt === undefined || now < endAt) {
    return refused(campaign, 'its time is not over');
  }
  return done(campaign, { waitingBecome: 'expired' });
}

/** It was judged whether too much fails, and it may go on. */
export function resumesByItself(campaign: Campaign, judged: Judged): CampaignDecision<void> {
  if (campaign.state !== 'running') return { result: undefined };
  return { result: undefined, next: { ...campaign, judged } };
}

/** Rows of it are tried again. */
export function reopen(campaign: Campaign, given: { by?: string }, now: number): StepDecision {
  return taken(campaign, 'retry', () => {
    if (campaign.state !== 'completed') return already(campaign);
    const { endedAt: _open, ...rest } = campaign;
    return done(step(rest, now, { state: 'running', ...who(given.by) }));
  });
}

/** The rows that were released know of the step that `seen` shows, and of no later one. */
export function settled(campaign: Campaign, seen: Campaign): CampaignDecision<void> {
  const { unsettled, ...rest } = campaign;
  const same = campaign.state === seen.state && campaign.updatedAt === seen.updatedAt;
  return unsettled && same ? { result: undefined, next: rest } : { result: undefined };
}

/**
 * When the feeder shall look at a campaign (epoch ms; 0 is at every look), or undefined when there is
 * nothing for it to do.
 */
export function nextPollAt(campaign: Campaign): number | undefined {
  switch (campaign.state) {
    case 'running':
      return 0;
    case 'ready':
      // It waits for a person, and does not start by itself.
      return manyRejected(campaign) === undefined ? campaign.startAt : undefined;
    case 'paused':
      return campaign.pausedForAccess === undefined ? campaign.endAt : 0;
    case 'cancelled':
      return campaign.unsettled ? 0 : undefined;
    case 'importing':
    case 'completed':
      return undefined;
    default:
      throw new Error(`unhandled state ${String(campaign.state satisfies never)}`);
  }
}

/**
 * How long a campaign is kept from its last step on (ms), or undefined while it is at work. One that
 * was uploaded and forgotten holds addresses, too.
 */
export function keptFor(campaign: Campaign, retentionMs: number): number | undefined {
  switch (campaign.state) {
    case 'running':
    case 'paused':
      return undefined;
    case 'ready':
    case 'importing':
      return retentionMs + Math.max(0, (campaign.startAt ?? 0) - campaign.updatedAt);
    case 'completed':
    case 'cancelled':
      return retentionMs;
    default:
      throw new Error(`unhandled state ${String(campaign.state satisfies never)}`);
  }
}
