import { z } from 'zod';
import { type Answer, accepted, notFound, parseBody } from '../answer.js';
import type { Conversation, Message } from '../population/population.js';
import type { World } from '../state.js';
import type { Call } from './call.js';
import { isInbound, statusOf } from './messages.js';
import { type Participant, participantsOf } from './participants.js';

/**
 * Genesys: what sensitive data redaction puts in place of payment card and personal data. The real
 * one knows more kinds (names, places, national ids) and finds them with a model, "on a best effort
 * basis"; here a few patterns do.
 */
const MASKS: readonly (readonly [pattern: RegExp, mask: string])[] = [
  [/[^\s@]+@[^\s@]+\.[a-z]{2,}/gi, '[email]'],
  [/(?<!\d)\d{2}\/\d{2}(?!\d)/g, '[card expiry date]'],
  [/\+\d(?:[ ()-]?\d){7,14}/g, '[phone]'],
  [/(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g, '[card number]'],
];

function maskSensitiveData(text: string): string {
  return MASKS.reduce((masked, [pattern, mask]) => masked.replace(pattern, mask), text);
}

/** The right to see recordings as they are, whatever the organisation has redacted. */
const VIEW_SENSITIVE_DATA = 'recording:recording:viewSensitiveData';

/** The platform waits up to `maxWaitMs` for a recording to become ready; the sandbox never does. */
const querySchema = z.object({
  formatId: z
    .enum(['WAV', 'WEBM', 'WAV_ULAW', 'OGG_VORBIS', 'OGG_OPUS', 'MP3', 'NONE'])
    .default('WEBM'),
  maxWaitMs: z.coerce.number().int().positive('must be a positive value').default(5_000),
});

/**
 * Genesys: an array of Recording, not paged. Of a conversation that is still open, or has ended just
 * now, it is not ready: 202, with a body that is not documented.
 */
export function getRecordings(world: World, { id, query }: Call): Answer {
  const asked = parseBody(querySchema, query);
  if (!asked.ok) return asked.refusal;
  const { settings, population } = world;
  const conversation = population.conversation(id);
  if (conversation === undefined) return notFound('The requested conversation was not found.');
  if (!settings.recordings || conversation.media === 'email') return accepted([]);
  const recording = recordingOf(world, id);
  return recording === null ? accepted({}, 202) : accepted([recording]);
}

/** Genesys: Recording, as far as it is answered here. */
interface Recording {
  id: string;
  messagingTranscript: object[];
}

/** The recording of a conversation; null where there is none, or it is not ready. */
export function recordingOf(world: World, conversationId: string): Recording | null {
  const { settings, population } = world;
  const conversation = population.conversation(conversationId);
  if (conversation === undefined || !settings.recordings || conversation.media === 'email') {
    return null;
  }
  const { endedAt } = conversation;
  if (endedAt === null || world.now() < endedAt + settings.recordingDelayMs) return null;
  return recordingView(world, conversation, endedAt);
}

/** Whether redaction changes anything of what was said, for who asks now. */
export function isRedactedFor(world: World, conversationId: string): boolean {
  const redacted = redactorOf(world);
  const messages = world.population.conversation(conversationId)?.messages ?? [];
  return messages.some(({ body }) => 'text' in body && redacted(body.text) !== body.text);
}

function recordingView(world: World, conversation: Conversation, endedAt: number) {
  const { id, customerId, startedAt, messages } = conversation;
  const customer = customerId === null ? undefined : world.population.customer(customerId);
  const participants = participantsOf(conversation, messages, customer);
  const authors = new Map(
    participants.flatMap((author) => author.messages.map((message) => [message.id, author])),
  );
  return {
    // Derived from the conversation's id, so that a recording is the same whenever it is asked for.
    id: `f${id.slice(1)}`,
    conversationId: id,
    startTime: new Date(startedAt).toISOString(),
    endTime: new Date(endedAt).toISOString(),
    media: 'message',
    fileState: 'AVAILABLE',
    messagingTranscript: messages
      // What a customer's messenger reports of our messages stands beside those, not by itself.
      .filter(({ body }) => body.type !== 'receipt')
      .map((message) => lineView(world, conversation, message, authors.get(message.id))),
    selfUri: `/api/v2/conversations/${id}/recordings/f${id.slice(1)}`,
  };
}

function lineView(
  world: World,
  { customerAddress, ourAddress }: Conversation,
  message: Message,
  author: Participant | undefined,
): object {
  const inbound = isInbound(message);
  return {
    id: message.id,
    timestamp: new Date(message.at).toISOString(),
    from: inbound ? customerAddress : ourAddress,
    to: inbound ? ourAddress : customerAddress,
    status: statusOf(world, message),
    ...(author === undefined ? {} : { purpose: author.purpose, participantId: author.id }),
    ...contentOf(message, redactorOf(world)),
    messageReceipts: [],
  };
}

/** Who is granted everything is not granted this: an administrator has to name it. */
function redactorOf({ settings }: World): (text: string) => string {
  const { sensitiveDataRedaction, permissions } = settings;
  const exempt = permissions?.includes(VIEW_SENSITIVE_DATA) ?? false;
  return sensitiveDataRedaction && !exempt ? maskSensitiveData : (text) => text;
}

function contentOf({ body }: Message, redacted: (text: string) => string): object {
  switch (body.type) {
    case 'text':
      return { messageText: redacted(body.text) };
    case 'button':
    case 'quick-reply': {
      const type = body.type === 'button' ? 'Button' : 'QuickReply';
      const text = redacted(body.text);
      return {
        contentType: 'ButtonResponse',
        buttonResponse: { type, text, payload: body.payload },
      };
    }
    case 'event':
      return { events: [{ eventType: body.event }] };
    case 'receipt':
      return {};
    default:
      throw new Error(`unhandled message body ${body satisfies never}`);
  }
}
