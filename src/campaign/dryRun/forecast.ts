import type { NotificationRequest } from '../../notification/request.js';
import {
  costBy,
  type Estimate,
  type RequestCost,
  totalOf,
} from '../../notification/requestCost.js';
import type { Channel } from '../../notification/state.js';
import type { PolicyFacts } from '../../policy/rule.js';
import type { CompiledTemplate } from '../../templates/compile.js';
import { type Allowance, forCampaigns, sharedDuration } from '../allowance.js';
import type { Campaign, RowHours } from '../campaign.js';
import type { OpenTime } from '../openTime.js';
import { type CostBasis, describeBasis, type RowCost } from '../rowCost.js';
import { type PrefetchSaving, prefetchSaving } from './prefetchSaving.js';

/** What the platform says of one customer. */
export type Lookup =
  | { kind: 'asked'; found: boolean; hasHistory: boolean; would: 'send' | 'skip' | 'fail' }
  /** It could not be asked; `because` is a word or two for the reader of the dry run. */
  | { kind: 'not_known'; because: string };

/** What a dry run must know of the deployment, for one campaign. */
export interface CustomerEstimate {
  template: CompiledTemplate;
  /** In the order they would be tried. */
  channels: readonly Channel[];
  /** Whether customers without history are skipped. */
  requiresHistory(request: Pick<NotificationRequest, 'history'>): boolean;
  /** How a request's own name greets; undefined where it gives none that can be used. */
  nameIn(request: NotificationRequest): string | undefined;
  outlook(request: NotificationRequest, facts: PolicyFacts): Estimate;
  /** What the policy must know of the recipients, in the order of the requests and in one round trip. */
  factsOf(requests: readonly NotificationRequest[]): Promise<PolicyFacts[]>;
  /**
   * Really asks the platform about each, but sends nothing; fewer answers when it was no use to go
   * on. Absent where this process has no way to ask.
   */
  lookUp?(requests: readonly NotificationRequest[]): Promise<Lookup[]>;
  /** What rows of earlier campaigns of the same kind have really cost; absent where none are known. */
  earlier?: RowCost;
  /** Whether transcripts come from recordings, which can be fetched in bulk. */
  readsRecordings: boolean;
  /** In sentences, what is taken for granted about the deployment. */
  assumptions: readonly string[];
}

/** What is known of the deployment. */
export interface DeploymentEstimates {
  /** Undefined when the campaign's template is not known any more. */
  estimateFor(campaign: Campaign): Promise<CustomerEstimate | undefined>;
  allowance(): Promise<Allowance>;
  /** Absent where no message ever waits for its recipient's hours. */
  hours?: RowHours;
}

/** More customers than these tell hardly more, and cost as much as sending: the faces take no more. */
export const LARGEST_LOOK_UP = 100;

/** Of those who were asked about, how many; as parts of 1. */
export interface CustomerShares {
  asked: number;
  found: number;
  withHistory: number;
}

/** What looking customers up costs at most, said before it is done. */
export interface SampleCost {
  customers: number;
  requests: number;
  /** At the pace of the allowance, if no other job uses it. */
  durationMs: number;
}

export type CustomerSample =
  /** This process has no way to ask the platform, or no recipient would be tried. */
  | { kind: 'refused'; because: string }
  | {
      kind: 'asked';
      cost: SampleCost;
      customers: number;
      found: number;
      withHistory: number;
      /** Of them, who would be sent a message. */
      reachable: number;
      /** Who could not be asked about, and why. */
      notKnown: number;
      notKnownBecause: string[];
    };

/** A row that was drawn for the sample. */
export interface Drawn {
  request: NotificationRequest;
  outlook: Estimate;
}

const MINUTE_MS = 60_000;

/** As if no query were shared and no transcript were read twice. */
export function costOfSample(drawn: readonly Drawn[], allowance: Allowance): SampleCost {
  const requests = drawn.reduce(
    (sum, { outlook: { cost } }) => sum + cost.identity + Math.ceil(cost.history) + cost.transcript,
    0,
  );
  const durationMs = Math.ceil((requests / forCampaigns(allowance)) * MINUTE_MS);
  return { customers: drawn.length, requests, durationMs };
}

/** Asks the platform about the customers drawn. */
export async function lookUpSample(
  drawn: readonly Drawn[],
  lookUp: NonNullable<CustomerEstimate['lookUp']>,
  cost: SampleCost,
): Promise<CustomerSample> {
  const lookups = await lookUp(drawn.map(({ request }) => request));
  const asked = lookups.filter((lookup) => lookup.kind === 'asked');
  const notKnown = lookups.filter((lookup) => lookup.kind === 'not_known');
  return {
    kind: 'asked',
    cost,
    customers: asked.length,
    found: asked.filter(({ found }) => found).length,
    withHistory: asked.filter(({ hasHistory }) => hasHistory).length,
    reachable: asked.filter(({ would }) => would === 'send').length,
    notKnown: drawn.length - asked.length,
    notKnownBecause: [...new Set(notKnown.map(({ because }) => because))],
  };
}

/** The shares that a sample shows, or undefined when it shows none. */
export function sharesOf(sample: CustomerSample | undefined): CustomerShares | undefined {
  if (sample?.kind !== 'asked' || sample.customers === 0) return undefined;
  const { customers, found, withHistory } = sample;
  return { asked: customers, found: found / customers, withHistory: withHistory / customers };
}

/** How long a campaign takes, and what that is reckoned from. Durations are milliseconds. */
export interface Forecast {
  /** Requests to the platform by the table, step by step, and all together; rounded up. */
  requests: RequestCost & { total: number };
  /** What is counted on, in all and for a row that is tried, and where that comes from. */
  expected: { requests: number; aRow: number; basis: CostBasis['kind']; detail: string };
  /** What fetching in bulk would spare of those by the table; absent where nothing is fetched so. */
  prefetch?: PrefetchSaving;
  /** What campaigns have of the budget. */
  requestsPerMinute: number;
  /** Rows of other running campaigns that are still to be sent, and the requests for them. */
  beside: { campaigns: number; rows: number; requests: number };
  durationMs: number;
  /** How much longer that is for the recipients' quiet hours; absent where a deployment has none. */
  quietMs?: number;
  /** ISO times. */
  startsAt: string;
  endsAt: string;
  /** Whether all can be sent before the campaign's `endAt`; absent when it has none. */
  endAt?: { at: string; isMet: boolean; rowsInTime: number };
  /** Whether customers without an earlier conversation are skipped; who they are is known once they are looked up. */
  historyRequired: boolean;
  /** In sentences, what was taken for granted. */
  assumptions: string[];
}

export interface ForecastInput {
  /** Rows that would be tried, and what all rows cost if every customer has history. */
  tried: number;
  cost: RequestCost;
  /** Whether customers without history are skipped. */
  historyRequired: boolean;
  /** Given where what rows look up is fetched in bulk ahead of them. */
  prefetch?: { transcripts: boolean };
  /** From a sample that was looked up. */
  shares?: CustomerShares;
  /** What rows of earlier campaigns of the same kind have really cost; goes before the table. */
  earlier?: RowCost;
  allowance: Allowance;
  /** What each of the other running campaigns has still to send; the requests, where they are known. */
  others: readonly { rows: number; requests?: number }[];
  startsAt: number;
  endAt?: number;
  /** How sending goes on in the recipients' hours; absent where a deployment has none. */
  openTime?: OpenTime;
  /** Of the deployment, beside those made here. */
  assumptions: readonly string[];
}

/** Reckons how long the requests take at the pace of the allowance, shared with other campaigns. */
export function forecast(input: ForecastInput): Forecast {
  const { allowance, startsAt, tried, earlier } = input;
  const cost = input.shares === undefined ? input.cost : costOf(input, input.shares);
  const requests = rounded(cost);
  const expected = expectedOf(input, requests.total);
  // What is not known of another campaign is taken to be as it is of this one.
  const others = input.others.map(({ rows, requests: known = rows * expected.aRow }) => ({
    rows,
    requests: known,
  }));
  const perMinute = forCampaigns(allowance);
  const workMs = sharedDuration(expected.requests, {
    others: others.map((other) => other.requests),
    perMinute,
  });
  const openTime = input.openTime ?? ALWAYS_OPEN;
  const done = openTime({ from: startsAt, workMs });
  const durationMs = done === undefined ? workMs : Math.round(done.at - startsAt);
  const saving = input.prefetch && prefetchSaving(cost, { rows: tried, ...input.prefetch });
  return {
    requests,
    expected: {
      requests: expected.requests,
      aRow: Math.round(expected.aRow * 100) / 100,
      basis: expected.basis.kind,
      detail: describeBasis(expected.basis),
    },
    prefetch: saving && { ...saving, savesMs: Math.round((saving.saves / perMinute) * MINUTE_MS) },
    requestsPerMinute: Math.floor(perMinute),
    beside: {
      campaigns: others.length,
      rows: others.reduce((sum, { rows }) => sum + rows, 0),
      requests: Math.ceil(others.reduce((sum, other) => sum + other.requests, 0)),
    },
    durationMs,
    quietMs: input.openTime && durationMs - workMs,
    startsAt: iso(startsAt),
    endsAt: iso(startsAt + durationMs),
    endAt:
      input.endAt === undefined ? undefined : inTime(input.endAt, input, { durationMs, workMs }),
    historyRequired: input.historyRequired,
    assumptions: assumptionsOf(input, earlier, done !== undefined),
  };
}

function expectedOf({ tried, earlier, prefetch }: ForecastInput, byTable: number) {
  if (earlier === undefined) {
    const basis = { kind: 'table' as const, isPrefetched: prefetch !== undefined };
    return { requests: byTable, aRow: tried === 0 ? 0 : byTable / tried, basis };
  }
  const aRow = earlier.own + earlier.ahead;
  return { requests: Math.ceil(aRow * tried - 0.001), aRow, basis: earlier.basis };
}

/** A customer without history costs no transcript; nor a message, when history is required. */
function costOf({ cost, historyRequired }: ForecastInput, shares: CustomerShares): RequestCost {
  const messages = historyRequired ? shares.withHistory : 1;
  return {
    identity: cost.identity,
    history: cost.history * shares.found,
    transcript: cost.transcript * shares.withHistory,
    send: cost.send * messages,
    deliveryCheck: cost.deliveryCheck * messages,
  };
}

function rounded(cost: RequestCost): RequestCost & { total: number } {
  const whole = costBy((step) => wholeRequests(cost[step]));
  return { ...whole, total: wholeRequests(totalOf(cost)) };
}

/** A million times a fiftieth is a little more than it should be. */
function wholeRequests(sum: number): number {
  return Math.max(0, Math.ceil(sum - 0.001));
}

const ALWAYS_OPEN: OpenTime = ({ from, workMs, stopAt = Number.POSITIVE_INFINITY }) => {
  const at = Math.min(stopAt, from + workMs);
  return { at, leftMs: from + workMs - at };
};

function inTime(
  endAt: number,
  { startsAt, tried, openTime = ALWAYS_OPEN }: ForecastInput,
  { durationMs, workMs }: { durationMs: number; workMs: number },
) {
  const stopAt = Math.max(startsAt, endAt);
  const isMet = durationMs <= stopAt - startsAt;
  const leftMs = openTime({ from: startsAt, workMs, stopAt })?.leftMs ?? workMs;
  const rowsInTime = isMet ? tried : Math.floor((tried * (workMs - leftMs)) / workMs);
  return { at: iso(endAt), isMet, rowsInTime };
}

function assumptionsOf(
  input: ForecastInput,
  earlier: RowCost | undefined,
  isForeseeable: boolean,
): string[] {
  const { allowance, others, openTime } = input;
  const { pace, besidesPerMinute } = allowance;
  return [
    ...(earlier === undefined
      ? assumedOfCustomers(input)
      : ['Its rows cost as many requests as those of earlier campaigns with this template did.']),
    'The workers are quick and many enough to use the whole allowance, and share lookups of history.',
    besidesPerMinute < 1
      ? 'No transactional notifications come in between: their requests go first.'
      : `Transactional notifications go on using ${Math.round(besidesPerMinute)} requests a minute, as in the last minutes: they go first.`,
    ...(others.length === 0
      ? []
      : ['Other running campaigns go on as they do, and share the allowance evenly.']),
    ...(pace < 1
      ? [`The pace stays at ${Math.round(pace * 100)} %, where the last 429s have left it.`]
      : []),
    ...(openTime === undefined ? [] : [isForeseeable ? HOURS_ASSUMED : HOURS_TOO_LONG]),
    ...input.assumptions,
  ];
}

const HOURS_ASSUMED =
  'Rows wait while it is quiet by the clocks of their recipients, as far as their rows say them: what a contact says is not known yet.';
const HOURS_TOO_LONG = 'Quiet hours are left out: it takes longer than can be foreseen with them.';

function assumedOfCustomers({ shares, historyRequired }: ForecastInput): string[] {
  const skipped = historyRequired ? ', and who has none is skipped' : '';
  return [
    shares === undefined
      ? `Genesys Cloud knows every customer, and each has history${skipped}: most likely fewer requests are needed.`
      : `All customers are like the ${shares.asked} that were looked up${skipped}.`,
    'Each is reached over the first channel that may reach them; every further channel is one more request.',
  ];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
