import { z } from 'zod';
import { absentOrSameId } from '../genesys/platformId.js';
import { RecordedMessage, Recording } from '../genesys/resources/recordings.js';

/**
 * What a file of a recording batch may hold: a recording as the platform answers one, several of
 * them, or the messages alone. Which one it is is not documented.
 */
const RecordingFile = z.union([
  Recording.extend({ messagingTranscript: z.array(RecordedMessage) }).transform((one) => [one]),
  z.array(Recording.extend({ messagingTranscript: z.array(RecordedMessage) })).min(1),
  z.array(RecordedMessage).transform((messagingTranscript) => [{ messagingTranscript }]),
]);

/** The recordings in a file, or undefined when it is no transcript of this conversation. */
export function recordingsIn(bytes: Buffer, conversationId: string): Recording[] | undefined {
  const json = parsed(bytes);
  if (json === undefined) return undefined;
  const read = RecordingFile.safeParse(json);
  if (!read.success) return undefined;
  const recordings: Recording[] = read.data;
  return recordings.every((each) => absentOrSameId(each.conversationId, conversationId))
    ? recordings
    : undefined;
}

/** Sound and pictures do not begin as JSON does: they are not decoded to find that out. */
function parsed(bytes: Buffer): unknown {
  const head = bytes
    .subarray(0, 64)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (!head.startsWith('{') && !head.startsWith('[')) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}
