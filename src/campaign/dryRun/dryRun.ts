import type { Channel } from '../../notification/channel.js';
import type { NotificationRequest } from '../../notification/request.js';
import type { Campaign, Row } from '../campaign.js';
import { type ImportView, importView } from '../campaignView.js';
import { rowRequest } from '../rowRequest.js';
import type { StoredRows } from '../trackedRows.js';
import {
  type CustomerSample,
  costOfSample,
  type Drawn,
  lookUpSample,
  type SampleCost,
  sharesOf,
} from './customerSample.js';
import { Draw } from './draw.js';
import { type Forecast, forecast } from './forecast.js';
import { type Allowance, addCost, noCost, type Outlook, type Prospect } from './prospect.js';
import { renderSample, type Sample } from './sampleMessages.js';

/** What would happen to a campaign, as far as it can be known. */
export interface DryRun {
  rows: number;
  /** What the import has found: rejected rows and warnings by reason, duplicates. */
  import: ImportView;
  /** How many rows would be tried, by the first channel that may reach them, and how many not, and why. */
  tried: Partial<Record<Channel, number>>;
  skipped: Record<string, number>;
  failed: Record<string, number>;
  samples: Sample[];
  forecast: Forecast;
  /** What the platform says of some of the customers, where that was asked for. */
  lookups?: CustomerSample;
}

export type DryRunResult =
  | { kind: 'done'; dryRun: DryRun }
  /** There is nothing to try yet; `because` is a sentence. */
  | { kind: 'refused'; state: Campaign['state']; because: string };

/** What is known of the deployment. */
export interface Foresight {
  /** Undefined when the campaign's template is not known any more. */
  prospect(campaign: Campaign): Promise<Prospect | undefined>;
  allowance(): Promise<Allowance>;
}

export interface DryRunParts {
  rows: StoredRows;
  foresight: Foresight;
  /** Rows that each of the other running campaigns has still to send. */
  othersLeft(campaignId: string): Promise<number[]>;
}

export interface DryRunOptions {
  /** How many customers to look up at the platform; none when left out. */
  lookUp?: number;
  /** Told what that costs, right before it is done. */
  onLookUp?(cost: SampleCost): void;
}

/** More than this tells hardly more, and costs as much as sending. */
export const LARGEST_LOOK_UP = 100;

/**
 * Goes through all rows of a campaign without sending, storing or, unless told to look some customers
 * up, asking the platform anything. One stored chunk is held at a time, however many there are.
 */
export async function dryRun(
  campaign: Campaign,
  parts: DryRunParts,
  options: DryRunOptions = {},
): Promise<DryRunResult> {
  const { state } = campaign;
  if (campaign.import === undefined) {
    return { kind: 'refused', state, because: 'it has no rows yet; upload them first' };
  }
  const prospect = await parts.foresight.prospect(campaign);
  if (prospect === undefined) {
    const because = `its template ${campaign.template} is not known any more`;
    return { kind: 'refused', state, because };
  }
  const survey = new Survey(prospect, Math.min(options.lookUp ?? 0, LARGEST_LOOK_UP));
  for (let chunk = 0; chunk < campaign.import.chunks; chunk += 1) {
    for (const { number, row } of await parts.rows.read(campaign.id, chunk)) {
      survey.add(number, rowRequest(campaign, row));
    }
  }
  const allowance = await parts.foresight.allowance();
  const lookups = await lookUps(survey, prospect, allowance, options);
  const shares = sharesOf(lookups);
  return {
    kind: 'done',
    dryRun: {
      rows: survey.rows,
      import: importView(campaign.import),
      tried: survey.tried,
      skipped: survey.skipped,
      failed: survey.failed,
      samples: survey.samples(),
      forecast: forecast({
        tried: Object.values(survey.tried).reduce((sum, rows) => sum + rows, 0),
        cost: survey.cost,
        historyRequired: prospect.requiresHistory(campaign.defaults),
        ...(shares !== undefined && { shares }),
        allowance,
        others: await parts.othersLeft(campaign.id),
        assumptions: prospect.assumptions,
        startsAt: Math.max(Date.now(), campaign.startAt ?? 0),
        ...(campaign.endAt !== undefined && { endAt: campaign.endAt }),
      }),
      ...(lookups !== undefined && { lookups }),
    },
  };
}

async function lookUps(
  { drawn }: Survey,
  { lookUp }: Prospect,
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
  outlook: Outlook;
}

/** What is gathered while the rows pass by; of the rows themselves only the samples are kept. */
class Survey {
  rows = 0;
  readonly tried: Partial<Record<Channel, number>> = {};
  readonly skipped: Record<string, number> = {};
  readonly failed: Record<string, number> = {};
  readonly cost = noCost();
  readonly #prospect: Prospect;
  readonly #customers: Draw<Drawn>;
  readonly #random = new Draw<Candidate>(1);
  #first: Candidate | undefined;
  #longest: (Candidate & { length: number }) | undefined;

  constructor(prospect: Prospect, customers: number) {
    this.#prospect = prospect;
    this.#customers = new Draw(customers);
  }

  add(row: number, request: NotificationRequest): void {
    this.rows += 1;
    const outlook = this.#prospect.outlook(request);
    addCost(this.cost, outlook.cost);
    switch (outlook.would) {
      case 'try':
        this.tried[outlook.channel] = (this.tried[outlook.channel] ?? 0) + 1;
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
      else byRow.set(candidate.row, this.#sample(kind, candidate));
    }
    return [...byRow.values()];
  }

  #sample(kind: Sample['kinds'][number], { row, request, outlook }: Candidate): Sample {
    const { cost: _notOfInterest, ...shown } = outlook;
    return {
      kinds: [kind],
      row,
      recipient: request.recipient,
      outlook: shown,
      ...renderSample(this.#prospect, request),
    };
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
