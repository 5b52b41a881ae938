import { z } from 'zod';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { absentOrSameId, comparedId, optionalId } from '../platformId.js';
import { optionalText } from './messages.js';

const WITHOUT_MEDIA = {
  /** No audio is wanted, and so none is transcoded. */
  formatId: 'NONE',
  /**
   * Genesys: how long the platform may hold the request until the recording is ready, 5 s unless said,
   * "must be a positive value". A recording that is not there has an alternative: the messages.
   */
  maxWaitMs: 1,
};

const NOT_READY = 202;

const ButtonResponse = z.object({ text: optionalText }).optional().catch(undefined);
const anyList = z.array(z.unknown()).catch([]);

/** Genesys: RecordingMessagingMessage. A plain text has no `contentType`. */
export const RecordedMessage = z.object({
  id: optionalId,
  timestamp: optionalText,
  /** customer, external, agent, workflow, api, … */
  purpose: optionalText,
  messageText: optionalText,
  /** ButtonResponse, QuickReply, Attachment, Story, … */
  contentType: optionalText,
  buttonResponse: ButtonResponse,
  buttonResponses: z.array(ButtonResponse).catch([]),
  events: anyList,
  messageMediaAttachments: anyList,
  messageStickerAttachments: anyList,
});

/** Genesys: Recording. Those of calls and screens have no `messagingTranscript`. */
export const Recording = z.object({
  conversationId: comparedId,
  messagingTranscript: z.array(RecordedMessage).optional().catch(undefined),
});

export type RecordedMessage = z.infer<typeof RecordedMessage>;
export type Recording = z.infer<typeof Recording>;

/** A conversation that is not recorded has no recordings; one just ended has none that is ready. */
export type ConversationRecordings = { ready: true; recordings: Recording[] } | { ready: false };

export class Recordings {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** All recordings of a conversation: the platform does not page them. */
  async ofConversation(
    conversationId: string,
    options: CallOptions,
  ): Promise<CallResult<ConversationRecordings>> {
    const result = await this.#caller.read('recordings', options, {
      answer: z.array(Recording),
      isAbout: (recordings) =>
        recordings.every((recording) => absentOrSameId(recording.conversationId, conversationId)),
      run: ({ sdk }) => sdk.recording.getConversationRecordings(conversationId, WITHOUT_MEDIA),
    });
    if (result.ok) {
      const { data: recordings, ...answered } = result;
      if (answered.status === NOT_READY) return { ...answered, data: { ready: false } };
      return { ...answered, data: { ready: true, recordings } };
    }
    // What a 202 holds is not documented: a list, an object or nothing, and it does not matter.
    const { failure } = result;
    if (failure.kind !== 'malformed' || failure.status !== NOT_READY) return result;
    const { kind: _kind, ...answered } = failure;
    return { ok: true, ...answered, data: { ready: false } };
  }
}
