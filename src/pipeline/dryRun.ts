import { extractHistory } from '../context/extractContext.js';
import type { HistoryConversation } from '../context/history.js';
import type { CallOptions } from '../genesys/call.js';
import type { Identity } from '../history/identity.js';
import type { Addressee, Findings } from '../history/lookup.js';
import {
  addresseeOf,
  CustomerLookup,
  channelsFor,
  factsFound,
  findingsOf,
  isTooAmbiguous,
  type LookupParts,
  needsOf,
  renderValues,
  requiresHistory,
} from '../history/lookup.js';
import type { LookupError, Read } from '../history/lookupError.js';
import { type ChannelSettings, unreachable } from '../notification/channelFacts.js';
import type { NotificationRequest } from '../notification/request.js';
import type { EstimatedWait } from '../notification/requestCost.js';
import type { Channel } from '../notification/state.js';
import { deferralBy, type Policy } from '../policy/policy.js';
import type { Verdict } from '../policy/rule.js';
import type { Consent } from '../suppression/consent.js';
import { consentAddresses } from '../suppression/consentIdentity.js';
import type { CompiledTemplate } from '../templates/compile.js';
import { EXAMPLE_UNSUBSCRIBE_URL, type TemplateContext } from '../templates/contextVariables.js';
import type { RenderResult } from '../templates/templateParts.js';

export interface DryRunParts extends LookupParts {
  config: ChannelSettings;
  policy: Policy;
  consent: Pick<Consent, 'facts'>;
  defaultChannels: readonly Channel[];
}

/** One channel in the order they would be tried. */
export type DryRunChannel =
  | { channel: Channel; reachable: false; because: 'no_address' | 'not_configured' }
  | { channel: Channel; reachable: true; rendered: RenderResult };

/** What the lookups found. */
export interface DryRunLookup {
  identity: Identity;
  /** Whether the platform was asked at all: a template that uses no history costs no lookup. */
  asked: { identity: boolean; history: boolean };
  /** Without what was said in them: only the extraction needs the raw texts. */
  conversations: { conversationId: string; startedAt: string; customerMessages: number }[];
}

/** What would happen to a request if it were accepted now. */
export type DryRunResult =
  | { would: 'skip'; reason: string; lookup?: DryRunLookup }
  /** The platform could not be asked; a worker would try again, wait for a person, or give up. */
  | { would: 'not_know'; trouble: LookupError }
  | {
      would: 'send' | 'fail';
      /** The policy would have it wait first. */
      deferred?: EstimatedWait;
      lookup: DryRunLookup;
      context: TemplateContext;
      to: Addressee;
      channels: DryRunChannel[];
    };

/**
 * Does what an attempt does, up to the moment before the message is sent. It really looks up,
 * extracts and renders, for every channel that would be tried. It writes no ledger and has no way to
 * send.
 */
export async function dryRun(
  request: NotificationRequest,
  template: CompiledTemplate,
  parts: DryRunParts,
  options: CallOptions,
): Promise<DryRunResult> {
  const order = channelsFor(request, template, parts.defaultChannels);
  const verdict = await judged(request, order, {}, parts);
  if (verdict.kind === 'skip') return { would: 'skip', reason: verdict.reason };
  const lookup = new CustomerLookup(parts);
  const needs = needsOf(request, template, order, parts.extraNeeds);
  const required = requiresHistory(request, template, order);

  const who = orWithout<Identity>(required, await lookup.identity(request, needs, options), {});
  if (!who.ok) return { would: 'not_know', trouble: who.error };
  const identity = who.value;
  const asked = { identity: needs.identity, history: needs.history };
  if (isTooAmbiguous(identity, request, { needs, required, channels: order })) {
    const looked = { identity, asked, conversations: [] };
    return { would: 'skip', reason: 'ambiguous_contact', lookup: looked };
  }
  const history = await lookup.history(lookup.historySearch(request, identity, needs), options);
  const read = orWithout<HistoryConversation[]>(required, history, []);
  if (!read.ok) return { would: 'not_know', trouble: read.error };
  const conversations = read.value;
  const looked: DryRunLookup = {
    identity,
    asked,
    conversations: conversations.map(({ conversationId, startedAt, messages }) => ({
      conversationId,
      startedAt,
      customerMessages: messages.length,
    })),
  };
  if (conversations.length === 0 && required) {
    return { would: 'skip', reason: 'no_history', lookup: looked };
  }

  const past = extractHistory(conversations);
  if (past.optedOut) return { would: 'skip', reason: 'opted_out', lookup: looked };
  const findings = findingsOf(request, identity, past);
  // As the script of an intent does: an opt-out of the contact that was found counts as well.
  const final = await judged(request, order, findings, parts);
  if (final.kind === 'skip') return { would: 'skip', reason: final.reason, lookup: looked };
  const to = addresseeOf(request, findings);
  const { context } = findings;
  const channels = order.map((channel): DryRunChannel => {
    const because = unreachable(channel, parts.config, to);
    if (because !== undefined) return { channel, reachable: false, because };
    const values = renderValues(request, context, EXAMPLE_UNSUBSCRIBE_URL);
    const rendered = template.render(channel, values);
    return { channel, reachable: true, rendered };
  });
  const sendable = channels.some((tried) => tried.reachable && tried.rendered.ok);
  const would = sendable ? 'send' : 'fail';
  return { would, deferred: deferralBy(final), lookup: looked, context, to, channels };
}

async function judged(
  request: NotificationRequest,
  order: readonly Channel[],
  found: Partial<Findings>,
  { policy, consent, now = Date.now }: DryRunParts,
): Promise<Verdict> {
  const lane = request.priority ?? 'transactional';
  const addresses = consentAddresses(request, found);
  const read = await consent.facts({ addresses, lane, id: request.id });
  return policy(request, order, now(), { ...read, ...factsFound(found) });
}

/** Where history is a nicety, a refused lookup does not keep a message from being sent. */
function orWithout<T>(required: boolean, read: Read<T>, nothing: T): Read<T> {
  if (read.ok || read.error.kind !== 'refused' || required) return read;
  return { ok: true, value: nothing };
}
