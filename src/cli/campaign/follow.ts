import { setTimeout as sleep } from 'node:timers/promises';
import type { CampaignView } from '../../campaign/campaignView.js';
import { rowsIn } from '../../campaign/tally.js';
import { describeUnreadable } from '../../campaign/unreadableCampaign.js';
import { RedisUnavailableError } from '../../queue/notifierErrors.js';
import { needsAChange } from '../../redis/redisFault.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { commandLine } from '../output.js';
import { LiveLines, type Terminal } from '../terminal.js';
import { type CampaignSession, noSuchCampaign, withCampaigns } from './campaignCommand.js';
import {
  describeCampaign,
  describeCampaigns,
  describeUnknown,
  liveLines,
  logLine,
  requestsFact,
} from './describe.js';
import { type Interruption, onInterruption } from './interruption.js';

const LOOK_EVERY_MS = 500;
const LOG_EVERY_MS = 10_000;

type WatchEnd = { kind: 'ended'; view: CampaignView } | { kind: 'gone' } | { kind: 'interrupted' };

/**
 * Watches a campaign until it is completed or cancelled, however long that takes: a paused one is
 * waited for, and so is a Redis that is away. On a terminal a few lines are drawn over; elsewhere a
 * line is written every ten seconds, and whenever something holds the campaign up or it goes on.
 */
async function watch(
  get: () => Promise<CampaignView | undefined>,
  to: Terminal,
  signal: AbortSignal,
): Promise<WatchEnd> {
  const show = to.live ? liveDisplay(to) : logDisplay(to);
  while (!signal.aborted) {
    const look = await lookOnce(get);
    if (look === undefined) return { kind: 'gone' };
    const ended = look !== 'away' && hasEnded(look);
    show(look, ended);
    if (ended) return { kind: 'ended', view: look };
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return { kind: 'interrupted' };
}

/** What is on the wire when a campaign is cancelled still ends in its own way. */
function hasEnded({ state, progress: { rows, ended } }: CampaignView): boolean {
  return state === 'completed' || (state === 'cancelled' && ended === rows);
}

type Look = CampaignView | 'away';
type Display = (look: Look, last: boolean) => void;

const AWAY = 'Redis is away; waiting for it (the campaign is kept there)';

function liveDisplay(to: Terminal): Display {
  const lines = new LiveLines(to);
  let drawn: string[] = [];
  return (look) => {
    drawn = look === 'away' ? [...drawn.slice(0, 2), `  ${AWAY}`] : liveLines(look, to, Date.now());
    lines.draw(drawn);
  };
}

function logDisplay(to: Terminal): Display {
  let standing: string | undefined;
  let due = 0;
  return (look, last) => {
    const now = Date.now();
    const stands = look === 'away' ? look : whatHolds(look);
    if (stands === standing && now < due && !last) return;
    standing = stands;
    due = now + LOG_EVERY_MS;
    to.write(
      `${look === 'away' ? `${new Date(now).toISOString()} ${AWAY}` : logLine(look, now)}\n`,
    );
  };
}

/** Changes when what it waits for does; numbers alone change all the time. */
function whatHolds({ state, reason, waitsFor }: CampaignView): string {
  const held = waitsFor.filter(({ rows }) => rows === undefined);
  return [state, reason, ...held.map(({ code, since }) => `${code} ${since}`)].join(' ');
}

async function lookOnce(get: () => Promise<CampaignView | undefined>): Promise<Look | undefined> {
  try {
    return await get();
  } catch (error) {
    // What needs a changed setting or right is not waited for.
    if (error instanceof RedisUnavailableError && !needsAChange(error.fault)) return 'away';
    throw error;
  }
}

/** Shows how a campaign goes until it has ended, and says what is left for a person to do. */
export async function followToEnd(
  session: CampaignSession,
  id: string,
  interruption: Interruption,
): Promise<ExitCode> {
  const { campaigns, output, to } = session;
  const end = await watch(() => campaigns.get(id), to, interruption.signal);
  switch (end.kind) {
    case 'ended':
      output.result(whatIsLeft(end.view), end.view);
      return exitCodeOf(end.view);
    case 'gone':
      return noSuchCampaign(session, id);
    case 'interrupted':
      output.remark(`No longer watching, which changes nothing about the campaign. To pause it:
  ${commandLine(`campaign pause ${id}`)}
To watch again:
  ${commandLine(`campaign status ${id} --follow`)}`);
      output.result('', { error: 'interrupted', id });
      return interruption.code();
    default:
      return end satisfies never;
  }
}

function whatIsLeft(view: CampaignView): string {
  const { id, counts } = view;
  const failed = rowsIn(counts, 'failed', 'expired');
  const requests = requestsFact(view);
  return [
    requests !== undefined && `Requests to Genesys Cloud:  ${requests}`,
    `What became of each row:    ${commandLine(`campaign results ${id}`)}`,
    failed > 0 &&
      `Try again what was not sent: ${commandLine(`campaign retry ${id} --states failed,expired`)}`,
    ...describeUnknown(view),
  ]
    .filter((line) => line !== false)
    .join('\n');
}

function exitCodeOf({ state, counts }: CampaignView): ExitCode {
  if (counts.unknown > 0) return EXIT.unknown;
  if (state === 'cancelled') return EXIT.cancelled;
  if (rowsIn(counts, 'failed', 'undelivered') > 0) return EXIT.failed;
  return counts.expired > 0 ? EXIT.cancelled : EXIT.ok;
}

export interface StatusOptions {
  follow?: boolean;
  limit: number;
  json?: boolean;
}

/** Shows one campaign, or lists them, the newest first. */
export async function campaignStatus(
  id: string | undefined,
  options: StatusOptions,
): Promise<ExitCode> {
  return withCampaigns(options, async (session) => {
    const { campaigns, output, to } = session;
    if (id === undefined) {
      const page = await campaigns.list({ limit: options.limit });
      for (const one of page.unreadable ?? []) output.remark(describeUnreadable(one));
      output.result(describeCampaigns(page.campaigns, to), page);
      return EXIT.ok;
    }
    const view = await campaigns.get(id);
    if (view === undefined) return noSuchCampaign(session, id);
    if (options.follow) return onInterruption((by) => followToEnd(session, id, by));
    output.result(describeCampaign(view, to, Date.now()), view);
    return EXIT.ok;
  });
}
