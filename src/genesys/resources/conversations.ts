import { z } from 'zod';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { comparedId, optionalId, platformId } from '../platformId.js';
import { optionalText } from './messages.js';

/** Genesys: ConversationQuery. The interval spans at most 31 days with a filter, 7 without. */
export interface ConversationQuery {
  /** `from/to`, both ISO 8601 in UTC. Matches what *started on a day* it touches. */
  interval: string;
  order?: 'asc' | 'desc' | 'unordered';
  orderBy?: 'conversationStart' | 'conversationEnd' | 'segmentStart' | 'segmentEnd';
  /** `pageSize` is at most 100. */
  paging?: { pageSize: number; pageNumber: number };
  conversationFilters?: QueryFilter[];
  segmentFilters?: QueryFilter[];
}

export interface QueryFilter {
  type: 'and' | 'or';
  predicates?: QueryPredicate[];
  clauses?: { type: 'and' | 'or'; predicates: QueryPredicate[] }[];
}

interface QueryPredicate {
  type?: 'dimension' | 'property' | 'metric';
  dimension?: string;
  operator?: 'matches' | 'exists' | 'notExists';
  value?: string;
}

const Segment = z.object({
  segmentStart: optionalText,
  segmentEnd: optionalText,
  segmentType: optionalText,
  disconnectType: optionalText,
  errorCode: optionalText,
  queueId: optionalId,
  subject: optionalText,
  wrapUpCode: optionalText,
});

const Session = z.object({
  mediaType: optionalText,
  messageType: optionalText,
  direction: optionalText,
  addressFrom: optionalText,
  addressTo: optionalText,
  deliveryStatus: optionalText,
  errorCodeDescription: optionalText,
  segments: z.array(Segment).catch([]),
});

const Participant = z.object({
  participantId: optionalId,
  participantName: optionalText,
  /** customer, external, agent, acd, api, … */
  purpose: optionalText,
  externalContactId: comparedId,
  sessions: z.array(Session).catch([]),
});

/** A conversation as Analytics sees it: who, when, over which medium; never a word that was said. */
export const ConversationSummary = z.object({
  conversationId: platformId,
  conversationStart: optionalText,
  /** Absent while the conversation is open. */
  conversationEnd: optionalText,
  originatingDirection: optionalText,
  /** Whether the customer wrote at least once; only messaging conversations say. */
  customerParticipation: z.boolean().optional().catch(undefined),
  participants: z.array(Participant).catch([]),
});

/** The platform leaves `conversations` out when there are none. */
const ConversationPage = z.object({
  conversations: z.array(ConversationSummary).default([]),
  totalHits: z.number().optional().catch(undefined),
});

export type ConversationSummary = z.infer<typeof ConversationSummary>;
export type ConversationPage = z.infer<typeof ConversationPage>;

export class Conversations {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  query(query: ConversationQuery, options: CallOptions): Promise<CallResult<ConversationPage>> {
    return this.#caller.read('conversation-query', options, {
      answer: ConversationPage,
      run: ({ sdk }) => sdk.conversations.postAnalyticsConversationsDetailsQuery(query),
    });
  }

  /**
   * The same request, asked for what became of messages that were sent: many at once, so that it has
   * its turn before single look-ups. A conversation that is not in the answer is not known yet.
   */
  queryDeliveries(
    query: ConversationQuery,
    options: CallOptions,
  ): Promise<CallResult<ConversationPage>> {
    return this.#caller.read('delivery-query', options, {
      answer: ConversationPage,
      run: ({ sdk }) => sdk.conversations.postAnalyticsConversationsDetailsQuery(query),
    });
  }
}
