import { setTimeout as sleep } from 'node:timers/promises';
import type { CampaignView } from '../../campaign/campaignView.js';
import { needsAChange } from '../../notification/redisFault.js';
import { RedisUnavailableError } from '../../queue/errors.js';
import { LiveLines, type Terminal } from '../terminal.js';
import { liveLines, logLine } from './describeCampaign.js';

const LOOK_EVERY_MS = 500;
const LOG_EVERY_MS = 10_000;

export type WatchEnd =
  | { kind: 'ended'; view: CampaignView }
  | { kind: 'gone' }
  | { kind: 'interrupted' };

/**
 * Watches a campaign until it is completed or cancelled, however long that takes: a paused one is
 * waited for, and so is a Redis that is away. On a terminal a few lines are drawn over; elsewhere a
 * line is written every ten seconds, and whenever something holds the campaign up or it goes on.
 */
export async function watch(
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
