import { zoneOfRecipient } from '../../notification/recipientClock.js';
import type { NotificationRequest } from '../../notification/request.js';
import {
  costBy,
  type Estimate,
  NO_COST,
  type RequestCost,
} from '../../notification/requestCost.js';
import type { Channel } from '../../notification/state.js';
import type { PolicyFacts } from '../../policy/rule.js';
import type { Allowance } from '../allowance.js';
import { type Campaign, isPrefetched, type Row } from '../campaign.js';
import { rowRequest, type StoredRows } from '../campaignRows.js';
import { NO_ROWS, refusal, type StepRefused } from '../campaignSteps.js';
import { type ImportView, importView } from '../campaignView.js';
import { openTimeOf } from '../openTime.js';
import {
  type CustomerEstimate,
  type CustomerSample,
  costOfSample,
  type DeploymentEstimates,
  type Drawn,
  type Forecast,
  forecast,
  lookUpSample,
  type SampleCost,
  sharesOf,
} from './forecast.js';
import { type Sample, sampleOf } from './samples.js';

/**
 * Draws a random sample of a stream whose length is not known beforehand, each item with the same
 * chance (reservoir sampling), holding no more than the sample itself.
 */
class ReservoirSample<T> {
  readonly #size: number;
  readonly #drawn: T[] = [];
  #seen = 0;

  constructor(size: number) {
    this.#size = size;
  }

  offer(item: T): void {
    this.#seen += 1;
    if (this.#drawn.length < this.#size) {
      this.#drawn.push(item);
      return;
    }
    const place = Math.floor(Math.random() * this.#seen);
    if (place < this.#size) this.#drawn[place] = item;
  }

  get drawn(): readonly T[] {
    return this.#drawn;
  }
}

/** What would happen to a campaign, as far as it can be known. */
export interface DryRun {
  rows: number;
  /** What the import has found: rejected rows and warnings by reason, duplicates. */
  import: ImportView;
  /** How many rows would be tried, by the first channel that may reach them, and how many not, and why. */
  tried: Partial<Record<Channel, number>>;
  skipped: Record<string, number>;
  failed: Record<string, number>;
  /** Rows among those tried that would wait first, by reason. */
  deferred: Record<string, number>;
  samples: Sample[];
  forecast: Forecast;
  /** What the platform says of some of the customers, where that was asked for. */
  lookups?: CustomerSample;
}

export type DryRunOutcome = { kind: 'done'; dryRun: DryRun } | StepRefused;

export interface CampaignDryRunParts {
  rows: StoredRows;
  estimates: DeploymentEstimates;
  /** What each of the other running campaigns has still to send. */
  othersLeft(campaignId: string): Promise<{ rows: number; requests?: number }[]>;
}

export interface DryRunOptions {
  /** How many customers to look up at the platform, up to `LARGEST_LOOK_UP`; none when left out. */
  lookUp?: number;
  /** Called with what that costs, right before it is done. */
  onLookUp?(cost: SampleCost): void;
}

/**
 * Goes through all rows of a campaign without sending, storing or, unless asked to look some customers
 * up, asking the platform anything. One stored chunk is held at a time, however many there are.
 */
export async function dryRun(
  campaign: Campaign,
  parts: CampaignDryRunParts,
  options: DryRunOptions = {},
): Promise<DryRunOutcome> {
  if (campaign.import === undefined) return refusal(campaign, NO_ROWS);
  const estimate = await parts.estimates.estimateFor(campaign);
  if (estimate === undefined) {
    return refusal(campaign, `its template ${campaign.template} is not known any more`);
  }
  const totals = new Totals(estimate, options.lookUp ?? 0);
  for (let chunk = 0; chunk < campaign.import.chunks; chunk += 1) {
    const rows = await parts.rows.read(campaign.id, chunk);
    const requests = rows.map(({ row }) => rowRequest(campaign, row));
    const facts = await estimate.factsOf(requests);
    for (const [at, { number }] of rows.entries()) {
      const [request, known] = [requests[at], facts[at]];
      if (request !== undefined && known !== undefined) totals.add(number, request, known);
    }
  }
  const allowance = await parts.estimates.allowance();
  const lookups = await lookUps(totals, estimate, allowance, options);
  const shares = sharesOf(lookups);
  return {
    kind: 'done',
    dryRun: {
      rows: totals.rows,
      import: importView(campaign.import),
      tried: totals.tried,
      skipped: totals.skipped,
      failed: totals.failed,
      deferred: totals.deferred,
      samples: totals.samples(),
      forecast: forecast({
        tried: Object.values(totals.tried).reduce((sum, rows) => sum + rows, 0),
        cost: totals.cost,
        historyRequired: estimate.requiresHistory(campaign.defaults),
        prefetch: isPrefetched(campaign) ? { transcripts: estimate.readsRecordings } : undefined,
        shares,
        earlier: estimate.earlier,
        allowance,
        others: await parts.othersLeft(campaign.id),
        assumptions: estimate.assumptions,
        startsAt: Math.max(Date.now(), campaign.startAt ?? 0),
        endAt: campaign.endAt,
        openTime:
          parts.estimates.hours && openTimeOf(parts.estimates.hours, campaign, totals.clocks),
      }),
      lookups,
    },
  };
}

async function lookUps(
  { drawn }: Totals,
  { lookUp }: CustomerEstimate,
  allowance: Allowance,
  options: DryRunOptions,
): Promise<CustomerSample | undefined> {
  if (options.lookUp === undefined || options.lookUp === 0) return undefined;
  if (lookUp === undefined) {
    const because =
      'this process has no settings of Genesys Cloud; ask where a worker is configured';
    return { kind: 'refused', because };
  }
  if (drawn.length === 0) return { kind: 'refused', because: 'no row would be tried' };
  const cost = costOfSample(drawn, allowance);
  options.onLookUp?.(cost);
  return lookUpSample(drawn, lookUp, cost);
}

interface Candidate {
  row: number;
  request: NotificationRequest;
  outlook: Estimate;
}

/** What is gathered while the rows pass by; of the rows themselves only the samples are kept. */
class Totals {
  rows = 0;
  readonly tried: Partial<Record<Channel, number>> = {};
  readonly skipped: Record<string, number> = {};
  readonly failed: Record<string, number> = {};
  readonly deferred: Record<string, number> = {};
  /** Of rows that would be tried, how many go by which clock. */
  readonly clocks: Record<string, number> = {};
  cost: RequestCost = NO_COST;
  readonly #estimate: CustomerEstimate;
  readonly #customers: ReservoirSample<Drawn>;
  readonly #random = new ReservoirSample<Candidate>(1);
  #first: Candidate | undefined;
  #longest: (Candidate & { length: number }) | undefined;

  constructor(estimate: CustomerEstimate, customers: number) {
    this.#estimate = estimate;
    this.#customers = new ReservoirSample(customers);
  }

  add(row: number, request: NotificationRequest, facts: PolicyFacts): void {
    this.rows += 1;
    const outlook = this.#estimate.outlook(request, facts);
    const before = this.cost;
    this.cost = costBy((step) => before[step] + outlook.cost[step]);
    switch (outlook.would) {
      case 'try':
        this.tried[outlook.channel] = (this.tried[outlook.channel] ?? 0) + 1;
        this.#countClock(request);
        if (outlook.deferred !== undefined) {
          const { reason } = outlook.deferred;
          this.deferred[reason] = (this.deferred[reason] ?? 0) + 1;
        }
        this.#customers.offer({ request, outlook });
        break;
      case 'skip':
        this.skipped[outlook.reason] = (this.skipped[outlook.reason] ?? 0) + 1;
        break;
      case 'fail':
        this.failed[outlook.reason] = (this.failed[outlook.reason] ?? 0) + 1;
        break;
      default:
        throw new Error(`unhandled outlook ${String(outlook satisfies never)}`);
    }
    const candidate = { row, request, outlook };
    this.#first ??= candidate;
    this.#random.offer(candidate);
    const length = lengthOf(request);
    if (this.#longest === undefined || length > this.#longest.length) {
      this.#longest = { ...candidate, length };
    }
  }

  #countClock({ recipient }: NotificationRequest): void {
    const zone = zoneOfRecipient({ recipient }) ?? '';
    this.clocks[zone] = (this.clocks[zone] ?? 0) + 1;
  }

  get drawn(): readonly Drawn[] {
    return this.#customers.drawn;
  }

  /** The first row, one at random and the longest; a row that is two of them is shown once. */
  samples(): Sample[] {
    const chosen = [
      { kind: 'first' as const, candidate: this.#first },
      { kind: 'random' as const, candidate: this.#random.drawn[0] },
      { kind: 'longest' as const, candidate: this.#longest },
    ];
    const byRow = new Map<number, Sample>();
    for (const { kind, candidate } of chosen) {
      if (candidate === undefined) continue;
      const known = byRow.get(candidate.row);
      if (known !== undefined) known.kinds.push(kind);
      else byRow.set(candidate.row, sampleOf(this.#estimate, [kind], candidate));
    }
    return [...byRow.values()];
  }
}

/** How much text a row brings into its message. */
function lengthOf({
  recipient,
  variables = {},
}: Pick<NotificationRequest, 'recipient'> & Row): number {
  return Object.values(variables).reduce<number>(
    (sum, value) => sum + String(value).length,
    recipient.name?.length ?? 0,
  );
}
