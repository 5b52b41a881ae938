import {
  channelsFor,
  type ExtraNeeds,
  type Needs,
  needsOf,
  requiresHistory,
  sourceFor,
} from '../history/lookup.js';
import type { TranscriptSource } from '../history/transcript.js';
import { factsOf, mayBeReached } from '../notification/channelFacts.js';
import type { NotificationRequest } from '../notification/request.js';
import { type Estimate, NO_COST, type RequestCost } from '../notification/requestCost.js';
import type { Channel } from '../notification/state.js';
import { deferralBy, type Policy } from '../policy/policy.js';
import type { PolicyFacts } from '../policy/rule.js';
import type { CompiledTemplate } from '../templates/compile.js';

export interface OutlookParts {
  policy: Policy;
  defaultChannels: readonly Channel[];
  /** Whether the deployment has what a channel needs. */
  isConfigured(channel: Channel): boolean;
  transcriptSource: TranscriptSource;
  /** What rules of the policy need to know of a customer's history. */
  extraNeeds?: ExtraNeeds;
  /** Customers whose conversations are asked for together. */
  historyBatch: number;
  /** Whether it is asked if sent messages have arrived: of many in one request, or of each. */
  deliveryChecks: 'together' | 'each' | 'off';
}

/**
 * How many sent messages one request asks about, at least, while a campaign runs at the pace of the
 * usual budget: 50 to 60 were measured at 75 messages a minute, which is the pace where each transcript
 * takes two requests and nothing is prefetched. A full request, at 150 a minute, holds 100. A message that did not arrive costs a request of its own to
 * be sure, which is not counted here, as its next channel is not.
 */
export const DELIVERIES_A_REQUEST = 50;

function deliveryCost(channel: Channel, checks: OutlookParts['deliveryChecks']): number {
  const { confirmsDelivery, reports } = factsOf(channel);
  if (checks === 'together' && reports !== undefined) return 1 / DELIVERIES_A_REQUEST;
  return checks === 'each' && confirmsDelivery ? 1 : 0;
}

/**
 * Foresees what becomes of requests for one template that differ in recipient and variables only, as
 * those of a campaign do.
 *
 * The costs are of a customer whom the platform finds, whose newest conversation within the first
 * window of the look-back has substance, and whom the first channel reaches.
 */
export function estimate(
  template: CompiledTemplate,
  parts: OutlookParts,
): (request: NotificationRequest, facts: PolicyFacts) => Estimate {
  // Of a recipient, only which addresses there are matters: a million rows have a handful of kinds.
  const known = new Map<string, Estimate>();
  return (request, facts) => {
    const order = channelsFor(request, template, parts.defaultChannels);
    const verdict = parts.policy(request, order, Date.now(), facts);
    if (verdict.kind === 'skip') return { would: 'skip', reason: verdict.reason, cost: NO_COST };
    const { email, externalContactId, phone, name } = request.recipient;
    const kind = [email, externalContactId, phone, name].map((part) => part !== undefined);
    // A channel that the recipient opted out of is passed over, as a worker does.
    const left =
      facts.suppressions.length === 0
        ? order
        : order.filter(
            (channel) => parts.policy(request, [channel], Date.now(), facts).kind !== 'skip',
          );
    const key = [...kind, ...left].join();
    const outlook = known.get(key) ?? outlookOf(request, template, left, parts);
    known.set(key, outlook);
    const deferred = deferralBy(verdict);
    return outlook.would === 'try' && deferred !== undefined ? { ...outlook, deferred } : outlook;
  };
}

function outlookOf(
  request: NotificationRequest,
  template: CompiledTemplate,
  order: readonly Channel[],
  parts: OutlookParts,
): Estimate {
  const needs = needsOf(request, template, order, parts.extraNeeds);
  const findable = mayBeFound(request, needs);
  // Without a customer to look for there is no history, and no request is needed to know that.
  if (!findable && requiresHistory(request, template, order)) {
    return { would: 'skip', reason: 'no_history', cost: NO_COST };
  }
  const reading = readingCost(request, needs, findable, parts);
  const channel = order.find(
    (candidate) => parts.isConfigured(candidate) && mayBeReached([candidate], request.recipient),
  );
  if (channel === undefined) return { would: 'fail', reason: 'no_channel', cost: reading };
  const deliveryCheck = deliveryCost(channel, parts.deliveryChecks);
  return { would: 'try', channel, cost: { ...reading, send: 1, deliveryCheck } };
}

/** Whether the platform may know who this is: by contact id surely, by email perhaps. */
function mayBeFound({ recipient }: NotificationRequest, needs: Needs): boolean {
  if (recipient.externalContactId !== undefined) return true;
  return needs.identity && recipient.email !== undefined;
}

function readingCost(
  { recipient }: NotificationRequest,
  needs: Needs,
  findable: boolean,
  { historyBatch, transcriptSource }: OutlookParts,
): RequestCost {
  const byContactId = recipient.externalContactId !== undefined;
  // By contact id too: the contact says under which other ids the customer's conversations lie.
  const asks = byContactId
    ? needs.contact || needs.history
    : needs.identity && recipient.email !== undefined;
  const history = needs.history && findable;
  return {
    ...NO_COST,
    identity: asks ? 1 : 0,
    history: history ? 1 / historyBatch : 0,
    transcript: history ? costOfWords(needs, sourceFor(needs, transcriptSource)) : 0,
  };
}

/** What was said in a conversation, and the summary of it, which may be one and the same. */
function costOfWords({ text, summary }: Needs, source: TranscriptSource): number {
  const ofText = text ? REQUESTS_FOR_TEXT[source] : 0;
  return summary && !(text && source === 'summaries') ? ofText + 1 : ofText;
}

const REQUESTS_FOR_TEXT: Readonly<Record<TranscriptSource, number>> = {
  messages: 2,
  recordings: 1,
  summaries: 1,
};
