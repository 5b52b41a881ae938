import { usableName } from '../context/customerName.js';
import {
  conversationThatCounts,
  type HistoryContext,
  type LastConversation,
  withName,
  withSummary,
} from '../context/extractContext.js';
import type { HistoryConversation } from '../context/history.js';
import type { CallOptions } from '../genesys/call.js';
import { factsOf, isAddressOf } from '../notification/channelFacts.js';
import type { NotificationRequest } from '../notification/request.js';
import type { Channel } from '../notification/state.js';
import type { CompiledTemplate, RenderValues } from '../templates/compile.js';
import type { TemplateContext } from '../templates/contextVariables.js';
import { readAiSummary, type SummaryParts } from './aiSummary.js';
import type { ConversationLoader } from './conversationLoader.js';
import type { ContactIds, PastConversation } from './conversationQuery.js';
import type { Identity, IdentityLookup } from './identity.js';
import { found, type Read, SingleFlight } from './lookupError.js';
import { KnownConversations, PastConversations } from './pastConversations.js';
import { readTranscript, saysSomething, type TranscriptSource } from './transcript.js';

/** How a history is searched, but for whose it is and when. */
export interface SearchSettings {
  lookbackDays: number;
  maxConversations: number;
  /** Whether what was said is needed; without that, its transcript is not read. */
  wantsText: boolean;
  transcriptSource: TranscriptSource;
  /** Whether the platform's summary of the conversation that counts is needed. */
  wantsSummary: boolean;
}

export interface HistorySearch extends SearchSettings {
  contactIds: ContactIds;
  now: number;
  /** All of them, newest first, where they are known already: they are not asked for. */
  known?: readonly PastConversation[];
}

export interface HistoryParts extends SummaryParts {
  conversations: ConversationLoader;
}

/**
 * The customer's past conversations, newest first. Transcripts are read one after the other and no
 * further once one has substance: what they wrote before that is not what they remember. Where
 * what was said is not needed, the conversations of the first answer are enough.
 */
export async function readHistory(
  parts: HistoryParts,
  search: HistorySearch,
  options: CallOptions,
): Promise<Read<HistoryConversation[]>> {
  const read = await readConversations(parts, search, options);
  return read.ok && search.wantsSummary ? withTheSummary(parts, read.value, options) : read;
}

/** With the summary of the conversation that counts, unless it was asked for or is not there yet. */
async function withTheSummary(
  parts: HistoryParts,
  past: HistoryConversation[],
  options: CallOptions,
): Promise<Read<HistoryConversation[]>> {
  const chosen = conversationThatCounts(past);
  if (chosen?.endedAt === undefined || chosen.summary !== undefined) return found(past);
  const summary = await readAiSummary(parts, chosen.conversationId, options);
  if (!summary.ok) return summary;
  return found(past.map((each) => (each === chosen ? { ...each, summary: summary.value } : each)));
}

async function readConversations(
  parts: HistoryParts,
  search: HistorySearch,
  options: CallOptions,
): Promise<Read<HistoryConversation[]>> {
  const past =
    search.known === undefined
      ? new PastConversations(parts.conversations, search, options)
      : new KnownConversations(search.known);
  const transcripts = { ...parts, source: search.transcriptSource };
  const read: HistoryConversation[] = [];
  while (read.length < search.maxConversations) {
    const next = await past.next();
    if (!next.ok) return next;
    if (next.value === undefined) break;
    if (!search.wantsText) {
      const atHand = [next.value, ...past.atHand].slice(0, search.maxConversations);
      return found(atHand.map((conversation) => ({ ...conversation, messages: [] })));
    }
    const transcript = await readTranscript(transcripts, next.value, search.contactIds, options);
    if (!transcript.ok) return transcript;
    read.push(transcript.value);
    if (saysSomething(transcript.value)) break;
  }
  return found(read);
}

/** What the lookups found, kept so that a deferred job does not look again. */
export interface Findings {
  externalContactId?: string;
  /** Contacts that were merged with it: an opt-out on one of them counts. */
  mergedIds?: readonly string[];
  /** Where their contact lives, as two letters (ISO 3166-1). */
  contactCountry?: string;
  /** The conversation in which they were last. */
  lastConversation?: LastConversation;
  context: TemplateContext;
}

/** What the policy is to know of what was found. */
export function factsFound({ contactCountry, lastConversation }: Partial<Findings> = {}) {
  return { contactCountry, lastConversation };
}

/** What has to be looked up for a request. */
export interface Needs {
  /** Who the recipient is, for whatever else is looked up or for the channel. */
  identity: boolean;
  /** What the contact record says of them. */
  contact: boolean;
  history: boolean;
  /** What was said, or what it was about. */
  text: boolean;
  /** What was said, word by word. */
  quotes: boolean;
  summary: boolean;
}

export interface LookupParts extends HistoryParts {
  identities: IdentityLookup;
  defaultLookbackDays: number;
  transcriptSource: TranscriptSource;
  /** What rules of the policy need to know of a customer's history. */
  extraNeeds?: ExtraNeeds;
  /** Where a search ends (epoch ms); a clock that is behind would miss the newest conversations. */
  now?: () => number;
}

/** What has to be looked up for a request, whatever its message uses. */
export type ExtraNeeds = (request: Pick<NotificationRequest, 'priority'>) => {
  history: boolean;
  text: boolean;
};

const DEFAULT_MAX_CONVERSATIONS = 5;

/** Asks the platform about a recipient. Knows nothing of attempts or the ledger: it may always be repeated. */
export class CustomerLookup {
  readonly #parts: LookupParts;
  readonly #histories = new SingleFlight<HistoryConversation[]>();

  constructor(parts: LookupParts) {
    this.#parts = parts;
  }

  async identity(
    request: NotificationRequest,
    needs: Needs,
    options: CallOptions,
  ): Promise<Read<Identity>> {
    if (!needs.identity) return found({});
    return this.#parts.identities.find(request.recipient, needs, options);
  }

  /** What is to be searched for a request, or undefined where there is no history to search
   * or no customer to search for. */
  historySearch(
    request: NotificationRequest,
    { externalContactId, mergedIds = [] }: Identity,
    needs: Needs,
  ): HistorySearch | undefined {
    if (!needs.history || externalContactId === undefined) return undefined;
    return {
      ...searchSettings(request, needs, this.#parts),
      contactIds: [externalContactId, ...mergedIds],
      now: (this.#parts.now ?? Date.now)(),
    };
  }

  async history(
    search: HistorySearch | undefined,
    options: CallOptions,
  ): Promise<Read<HistoryConversation[]>> {
    if (search === undefined) return found([]);
    const key = JSON.stringify([options.lane, ...historySubject(search)]);
    return this.#histories.run(key, () => readHistory(this.#parts, search, options));
  }

  /** What was known ahead of the history of a customer, with the summary that the search wants. */
  async completed(
    history: HistoryContext,
    { wantsSummary }: HistorySearch,
    options: CallOptions,
  ): Promise<Read<HistoryContext>> {
    const { conversationId } = history;
    if (!wantsSummary || conversationId === undefined) return found(history);
    const summary = await readAiSummary(this.#parts, conversationId, options);
    return summary.ok ? found(withSummary(history, summary.value)) : summary;
  }
}

/** What a conversation was about can be read from its summary; what was said in it cannot. */
export function sourceFor(
  needs: Pick<Needs, 'quotes'>,
  source: TranscriptSource,
): TranscriptSource {
  return source === 'summaries' && needs.quotes ? 'messages' : source;
}

export function searchSettings(
  request: NotificationRequest,
  needs: Needs,
  defaults: Pick<LookupParts, 'defaultLookbackDays' | 'transcriptSource'>,
): SearchSettings {
  return {
    lookbackDays: request.history?.lookbackDays ?? defaults.defaultLookbackDays,
    maxConversations: request.history?.maxConversations ?? DEFAULT_MAX_CONVERSATIONS,
    wantsText: needs.text,
    transcriptSource: sourceFor(needs, defaults.transcriptSource),
    wantsSummary: needs.summary,
  };
}

/** All that the answer depends on, but for when it is asked. */
export function historySubject(search: HistorySearch): readonly unknown[] {
  const { contactIds, lookbackDays, maxConversations, wantsText } = search;
  const { transcriptSource, wantsSummary } = search;
  const [mainId, ...mergedIds] = contactIds;
  const who = mergedIds.length === 0 ? mainId : [mainId, ...[...mergedIds].sort()];
  return [who, lookbackDays, maxConversations, wantsText, transcriptSource, wantsSummary];
}

/** The channels a request may go over, in order: named by the caller, or the deployment's. */
export function channelsFor(
  request: NotificationRequest,
  template: CompiledTemplate,
  defaults: readonly Channel[],
): Channel[] {
  return (request.channels ?? defaults).filter((channel) => template.channels.includes(channel));
}

/** Only what the template uses, or the caller insists on, is looked up: each lookup costs requests. */
export function needsOf(
  request: NotificationRequest,
  template: CompiledTemplate,
  channels: readonly Channel[],
  extraNeeds: ExtraNeeds = () => ({ history: false, text: false }),
): Needs {
  const extra = extraNeeds(request);
  const history =
    extra.history ||
    requiresHistory(request, template, channels) ||
    channels.some((channel) => template.usesHistory(channel));
  const given = { name: usableName(request.recipient.name) !== undefined };
  const contact = channels.some((channel) => template.usesContact(channel, given));
  return {
    identity: history || contact || isAddressOf('externalContactId', channels),
    contact,
    history,
    text: extra.text || channels.some((channel) => template.usesMessageText(channel)),
    quotes: channels.some((channel) => template.quotesMessages(channel)),
    summary: channels.some((channel) => template.usesSummary(channel)),
  };
}

/**
 * Whether a recipient who may be one of several contacts is not sent anything: the message needs their
 * history or their contact, or no other address of theirs is known.
 */
export function isTooAmbiguous(
  { isAmbiguous }: Identity,
  { recipient }: NotificationRequest,
  { needs, required, channels }: { needs: Needs; required: boolean; channels: readonly Channel[] },
): boolean {
  if (isAmbiguous === undefined) return false;
  const isReachable = channels.some((channel) => recipient[factsOf(channel).address] !== undefined);
  return required || needs.contact || !isReachable;
}

/** What the request says; else what the template needs: one that uses no history goes to all customers. */
export function requiresHistory(
  request: NotificationRequest,
  template: CompiledTemplate,
  channels: readonly Channel[],
): boolean {
  return request.history?.required ?? channels.some((channel) => template.usesHistory(channel));
}

export function findingsOf(
  request: NotificationRequest,
  identity: Identity,
  history: HistoryContext,
): Findings {
  const { externalContactId, mergedIds, contactName, country } = identity;
  return {
    externalContactId,
    mergedIds,
    contactCountry: country,
    lastConversation: history.lastConversation,
    context: withName(history, {
      requestName: request.recipient.name,
      contactName,
    }),
  };
}

/** Where a customer can be reached, as far as it is known. */
export interface Addressee {
  name?: string;
  email?: string;
  phone?: string;
  externalContactId?: string;
}

export function addresseeOf(request: NotificationRequest, findings: Findings): Addressee {
  const { recipient } = request;
  const externalContactId = recipient.externalContactId ?? findings.externalContactId;
  const name = recipient.name?.trim();
  return {
    name,
    email: recipient.email,
    phone: recipient.phone,
    externalContactId,
  };
}

/** What a template is rendered with: what was found, what the caller gave, and the recipient's own link. */
export function renderValues(
  request: NotificationRequest,
  context: TemplateContext,
  unsubscribeUrl: string | undefined,
): RenderValues {
  const { variables, recipient } = request;
  return {
    context,
    variables,
    timeZone: recipient.timeZone,
    unsubscribeUrl,
  };
}
