import type { NotificationRequest } from '../../notification/request.js';
import type { Allowance, Outlook, Prospect } from './prospect.js';

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
  /** At the pace of the allowance, if nobody else uses it. */
  durationMs: number;
}

export type CustomerSample =
  /** This process has no way to ask the platform, or nobody would be tried. */
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
  outlook: Outlook;
}

const MINUTE_MS = 60_000;

/** As if nobody shared a query and no transcript were read twice. */
export function costOfSample(drawn: readonly Drawn[], allowance: Allowance): SampleCost {
  const requests = drawn.reduce(
    (sum, { outlook: { cost } }) => sum + cost.identity + Math.ceil(cost.history) + cost.transcript,
    0,
  );
  const perMinute = allowance.requestsPerMinute * allowance.pace;
  const durationMs = Math.ceil((requests / perMinute) * MINUTE_MS);
  return { customers: drawn.length, requests, durationMs };
}

/** Asks the platform about the customers drawn. */
export async function lookUpSample(
  drawn: readonly Drawn[],
  lookUp: NonNullable<Prospect['lookUp']>,
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
