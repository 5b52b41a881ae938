import type { CustomerShares } from './customerSample.js';
import { type Allowance, type RequestCost, totalOf } from './prospect.js';

/** How long a campaign takes, and what that is reckoned from. Durations are milliseconds. */
export interface Forecast {
  /** Requests to the platform, step by step, and all together; rounded up. */
  requests: RequestCost & { total: number };
  requestsPerMinute: number;
  /** Rows of other running campaigns that are still to be sent. */
  beside: { campaigns: number; rows: number };
  durationMs: number;
  /** ISO times. */
  startsAt: string;
  endsAt: string;
  /** Whether all can be sent before the campaign's `endAt`; absent when it has none. */
  endAt?: { at: string; isMet: boolean; rowsInTime: number };
  /** In sentences, what was taken for granted. */
  assumptions: string[];
}

export interface ForecastInput {
  /** Rows that would be tried, and what all rows cost if every customer has history. */
  tried: number;
  cost: RequestCost;
  /** Whether customers without history are skipped. */
  historyRequired: boolean;
  /** From a sample that was looked up. */
  shares?: CustomerShares;
  allowance: Allowance;
  /** Rows that each of the other running campaigns has still to send. */
  others: readonly number[];
  startsAt: number;
  endAt?: number;
  /** Of the deployment, beside those made here. */
  assumptions: readonly string[];
}

const MINUTE_MS = 60_000;

/**
 * Reckons how long the requests take at the pace of the allowance. Running campaigns share it evenly,
 * so until this one has ended, another has taken as many requests as this one, or all it needs.
 */
export function forecast(input: ForecastInput): Forecast {
  const { allowance, others, startsAt, tried } = input;
  const cost = input.shares === undefined ? input.cost : costOf(input, input.shares);
  const requests = rounded(cost);
  const each = tried === 0 ? 0 : requests.total / tried;
  const meanwhile = others.map((rows) => Math.min(requests.total, rows * each));
  const all = meanwhile.reduce((sum, some) => sum + some, requests.total);
  const perMinute = allowance.requestsPerMinute * allowance.pace;
  const durationMs = Math.round((all / perMinute) * MINUTE_MS);
  return {
    requests,
    requestsPerMinute: Math.floor(perMinute),
    beside: { campaigns: others.length, rows: others.reduce((sum, rows) => sum + rows, 0) },
    durationMs,
    startsAt: iso(startsAt),
    endsAt: iso(startsAt + durationMs),
    ...(input.endAt !== undefined && { endAt: inTime(input.endAt, input, durationMs) }),
    assumptions: assumptionsOf(input),
  };
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
  return {
    identity: wholeRequests(cost.identity),
    history: wholeRequests(cost.history),
    transcript: wholeRequests(cost.transcript),
    send: wholeRequests(cost.send),
    deliveryCheck: wholeRequests(cost.deliveryCheck),
    total: wholeRequests(totalOf(cost)),
  };
}

/** A million times a fiftieth is a little more than it should be. */
function wholeRequests(sum: number): number {
  return Math.max(0, Math.ceil(sum - 0.001));
}

function inTime(endAt: number, { startsAt, tried }: ForecastInput, durationMs: number) {
  const time = Math.max(0, endAt - startsAt);
  const isMet = durationMs <= time;
  const rowsInTime = isMet ? tried : Math.floor((tried * time) / durationMs);
  return { at: iso(endAt), isMet, rowsInTime };
}

function assumptionsOf(input: ForecastInput): string[] {
  const { shares, allowance, others, historyRequired } = input;
  const skipped = historyRequired ? ', and who has none is skipped' : '';
  return [
    shares === undefined
      ? `Genesys Cloud knows every customer, and each has history${skipped}: most likely fewer requests are needed.`
      : `All customers are like the ${shares.asked} that were looked up${skipped}.`,
    'Each is reached over the first channel that may reach them; every further channel is one more request.',
    'The workers are quick and many enough to use the whole allowance, and share lookups of history.',
    'No transactional notifications come in between: their requests go first.',
    ...(others.length === 0
      ? []
      : ['Other running campaigns take as many requests a row, and share the allowance evenly.']),
    ...(allowance.pace < 1
      ? [
          `The pace stays at ${Math.round(allowance.pace * 100)} %, where the last 429s have left it.`,
        ]
      : []),
    ...input.assumptions,
  ];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
