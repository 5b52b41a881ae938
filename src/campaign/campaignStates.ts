import type { CampaignState } from './campaign.js';
import { isPausedByItself } from './lifecycle.js';
import type { CampaignStore } from './store.js';

/** States of campaigns that have not ended. */
export const OPEN_STATES = [
  'importing',
  'ready',
  'running',
  'paused',
] as const satisfies readonly CampaignState[];

/** How many campaigns that have not ended stand where. */
export interface OpenCampaigns {
  states: Readonly<Record<(typeof OPEN_STATES)[number], number>>;
  /** Of the paused ones, those that the product itself has paused. */
  pausedByItself: number;
}

const LOOKED_AT = 200;
const FRESH_FOR_MS = 10_000;

/**
 * Counts the campaigns that have not ended, at most once in ten seconds and for five commands. Of more than
 * 200, those that wait for a person are counted among the newest.
 */
export function openCampaignStates(store: CampaignStore): () => Promise<OpenCampaigns> {
  let seen: { at: number; counting: Promise<OpenCampaigns> } | undefined;
  return () => {
    const now = performance.now();
    if (seen === undefined || now - seen.at > FRESH_FOR_MS) {
      const counting = count(store);
      const mine = { at: now, counting };
      seen = mine;
      // A failure is not remembered.
      counting.catch(() => {
        if (seen === mine) seen = undefined;
      });
    }
    return seen.counting;
  };
}

async function count(store: CampaignStore): Promise<OpenCampaigns> {
  const [open, paused] = await Promise.all([store.open(LOOKED_AT), store.paused(LOOKED_AT)]);
  const campaigns = [...new Map([...open, ...paused].map((each) => [each.id, each])).values()];
  const inState = (wanted: CampaignState) => campaigns.filter(({ state }) => state === wanted);
  return {
    states: {
      importing: inState('importing').length,
      ready: inState('ready').length,
      running: inState('running').length,
      paused: inState('paused').length,
    },
    pausedByItself: inState('paused').filter(isPausedByItself).length,
  };
}
