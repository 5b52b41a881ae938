import { UNKNOWN_POLICIES, type UnknownPolicy } from './record.js';
import { LANES, type Lane } from './state.js';

export type UnknownPolicies = Readonly<Record<Lane, UnknownPolicy>>;

export const UNKNOWN_POLICY_EXPECTED =
  'hold or resend, or by priority: transactional:resend,campaign:hold';

/** Reads `resend`, or `transactional:resend,campaign:hold`; a priority that is left out holds. */
export function readUnknownPolicies(text: string): UnknownPolicies | undefined {
  const forAll = policyIn(text.trim());
  if (forAll !== undefined) return { transactional: forAll, campaign: forAll };
  const given = new Map<Lane, UnknownPolicy>();
  for (const part of text.split(',')) {
    const [priority = '', policy = '', ...more] = part.split(':').map((word) => word.trim());
    const lane = LANES.find((known) => known === priority);
    const read = policyIn(policy);
    if (lane === undefined || read === undefined || more.length > 0 || given.has(lane)) {
      return undefined;
    }
    given.set(lane, read);
  }
  return {
    transactional: given.get('transactional') ?? 'hold',
    campaign: given.get('campaign') ?? 'hold',
  };
}

/** As one would write it. */
export function describeUnknownPolicies(policies: UnknownPolicies): string {
  const [first, ...others] = LANES.map((lane) => policies[lane]);
  if (first !== undefined && others.every((policy) => policy === first)) return first;
  return LANES.map((lane) => `${lane}:${policies[lane]}`).join(',');
}

function policyIn(text: string): UnknownPolicy | undefined {
  return UNKNOWN_POLICIES.find((known) => known === text);
}
