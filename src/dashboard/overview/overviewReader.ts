import type { Campaign } from '../../campaign/campaign.js';
import type { Campaigns } from '../../campaign/campaigns.js';
import type { ErrorKind, FlowHistory, FlowMinute } from '../../queue/flowHistory.js';
import { type FlowStatus, flowStatus } from '../../queue/flowStatus.js';
import type { FleetStatus, Operations } from '../../queue/operations.js';

export type RunningCampaigns = Awaited<ReturnType<Campaigns['running']>>;

/** Everything that the overview shows, read at one moment or a few seconds before. */
export interface Overview {
  fleet: FleetStatus;
  flow: FlowStatus;
  /** The last 24 hours; the last minute is not over yet. */
  minutes: FlowMinute[];
  errors: ErrorKind[];
  running: RunningCampaigns;
  /** Those that are paused, the last pause first. */
  paused: Campaign[];
  /** Requests to the platform a minute. */
  budget: number;
}

export interface OverviewParts {
  operations: Operations;
  campaigns: Campaigns;
  history: FlowHistory;
  budget: number;
}

type SlowParts = Pick<Overview, 'errors' | 'running' | 'paused'>;

/** Errors and campaigns change slowly for the eye; whether messages flow is read anew each time. */
const SLOW_EVERY_MS = 10_000;
export const CAMPAIGNS_SHOWN = 10;

/** Reads the overview for all screens of this process. */
export class OverviewReader {
  readonly #parts: OverviewParts;
  #slow: SlowParts | undefined;
  #slowAt = Number.NEGATIVE_INFINITY;

  constructor(parts: OverviewParts) {
    this.#parts = parts;
  }

  /** @throws RedisUnavailableError */
  async read(): Promise<Overview> {
    const { operations, history, budget } = this.#parts;
    const fleet = await operations.status();
    const { now } = fleet.workers;
    const flow = flowStatus(fleet);
    const [minutes, slow] = await Promise.all([history.minutes(now), this.#readSlow(now, flow)]);
    return { fleet, flow, minutes, budget, ...slow };
  }

  /** @throws RedisUnavailableError */
  minutes(now: number): Promise<FlowMinute[]> {
    return this.#parts.history.minutes(now);
  }

  async #readSlow(now: number, flow: FlowStatus): Promise<SlowParts> {
    if (this.#slow !== undefined && performance.now() - this.#slowAt < SLOW_EVERY_MS) {
      return this.#slow;
    }
    const { campaigns, history } = this.#parts;
    const [errors, running, paused] = await Promise.all([
      history.errors(now),
      campaigns.running(CAMPAIGNS_SHOWN, flow.obstacles),
      campaigns.paused(CAMPAIGNS_SHOWN + 1),
    ]);
    this.#slow = { errors, running, paused };
    this.#slowAt = performance.now();
    return this.#slow;
  }
}
