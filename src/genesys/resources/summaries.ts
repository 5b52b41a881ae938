import { z } from 'zod';
import { isMissingPermission } from '../accessDenied.js';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { absentOrSameId, comparedId } from '../platformId.js';
import { absentAsNull } from './contacts.js';
import { optionalText } from './messages.js';

const Part = z.object({ text: optionalText, outcome: optionalText }).optional().catch(undefined);

const Summary = z.object({
  text: optionalText,
  status: optionalText,
  mediaType: optionalText,
  language: optionalText,
  /** From 0 to 1. */
  confidence: z.number().optional().catch(undefined),
  /** Why the customer got in touch. */
  reason: Part,
  followup: Part,
  resolution: Part,
});

/** Genesys: ConversationSummariesGetResponse. */
const ConversationSummaries = z.object({
  conversation: z.object({ id: comparedId }).optional().catch(undefined),
  summary: Summary.optional().catch(undefined),
});

/** What the platform's AI says of a conversation. Personal data: not for logs. */
export type ConversationSummaryText = z.infer<typeof Summary> & { text: string };

export class Summaries {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /**
   * `null` where there is no summary with a text: the organisation has them switched off, or this
   * conversation has none, or an empty one. A permission that is missing is a failure: it is to be
   * granted or the source to be changed.
   */
  async ofConversation(
    conversationId: string,
    options: CallOptions,
  ): Promise<CallResult<ConversationSummaryText | null>> {
    const result = absentAsNull(
      await this.#caller.read('conversation-summary', options, {
        answer: ConversationSummaries,
        isAbout: ({ conversation }) => absentOrSameId(conversation?.id, conversationId),
        run: ({ sdk }) => sdk.conversations.getConversationSummaries(conversationId),
      }),
    );
    if (!result.ok) return switchedOffAsNull(result);
    const summary = result.data?.summary;
    const text = summary?.text?.trim() ?? '';
    return { ...result, data: summary === undefined || text === '' ? null : { ...summary, text } };
  }
}

function switchedOffAsNull(result: Extract<CallResult<never>, { ok: false }>): CallResult<null> {
  const { failure } = result;
  if (failure.kind !== 'http' || failure.status !== 403) return result;
  if (failure.code === undefined || isMissingPermission(failure)) return result;
  return { ok: true, data: null, status: failure.status, correlationId: failure.correlationId };
}
