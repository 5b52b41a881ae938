import type { HistoryMessage } from '../context/history.js';
import { DownloadFailed } from '../genesys/downloadResult.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { RecordingBatch } from '../genesys/resources/recordingBatches.js';
import type { Recording } from '../genesys/resources/recordings.js';
import { recordedMessages } from '../history/transcript.js';
import { recordingsIn } from './recordingFile.js';

type BatchResult = RecordingBatch['results'][number];

/** Files of texts are small; what is larger is something else. */
const FILE_BYTES_AT_MOST = 8 * 1024 * 1024;
const DOWNLOAD_AT_MOST_MS = 30_000;
const AT_A_TIME = 8;

/** Whether the platform is done with a batch. Its count of results may grow until then. */
export function isComplete({ status, expectedResultCount, resultCount }: RecordingBatch): boolean {
  if (status?.toLowerCase() === 'completed') return true;
  if (status?.toLowerCase() === 'inprogress') return false;
  return expectedResultCount > 0 && resultCount >= expectedResultCount;
}

/**
 * What the customers wrote, from the files of a batch, by conversation; null where a file could not
 * be had or is no good transcript: that conversation is read the ordinary way, as a whole.
 */
export async function transcriptsOf(
  client: GenesysClient,
  { results }: RecordingBatch,
  signal: AbortSignal | undefined,
): Promise<Map<string, HistoryMessage[] | null>> {
  const recordings = new Map<string, Recording[] | null>();
  const take = async (result: BatchResult) => {
    const key = result.conversationId.toLowerCase();
    const read = await recordingsOf(client, result, signal);
    const known = recordings.get(key);
    if (read === undefined || known === null) recordings.set(key, null);
    else recordings.set(key, [...(known ?? []), ...read]);
  };
  for (let start = 0; start < results.length; start += AT_A_TIME) {
    await Promise.all(results.slice(start, start + AT_A_TIME).map(take));
  }
  return new Map(
    [...recordings].map(([id, all]) => [id, all === null ? null : (recordedMessages(all) ?? null)]),
  );
}

async function recordingsOf(
  client: GenesysClient,
  { conversationId, resultUrl, contentType, errorMsg }: BatchResult,
  signal: AbortSignal | undefined,
): Promise<Recording[] | undefined> {
  if (resultUrl === undefined || (errorMsg ?? '') !== '') return undefined;
  if (contentType !== undefined && /^(audio|video|image)\//i.test(contentType)) return undefined;
  const file = await client.download(resultUrl, {
    maxBytes: FILE_BYTES_AT_MOST,
    timeoutMs: DOWNLOAD_AT_MOST_MS,
    signal,
  });
  if (!file.ok) return undefined;
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of file.stream) pieces.push(piece);
  } catch (error) {
    if (error instanceof DownloadFailed) return undefined;
    throw error;
  }
  return recordingsIn(Buffer.concat(pieces), conversationId);
}
