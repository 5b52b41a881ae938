import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, accepted, notFound, parseBody, refused } from '../answer.js';
import type { Call } from '../platform/call.js';
import { isRedactedFor, recordingOf } from '../platform/recordings.js';
import type { World } from '../state.js';

interface BatchResult {
  conversationId: string;
  recordingId?: string;
  /** Path of the file; absent where there is an error. */
  path?: string;
  contentType?: string;
  errorMsg?: string;
}

export interface RecordingBatch {
  id: string;
  /** Genesys: "only the user that submitted the job may retrieve results". */
  client: string;
  startedAt: number;
  stuck: boolean;
  /** How many entries were submitted: what is expected until the platform has looked. */
  submitted: number;
  results: BatchResult[];
}

const BATCH_MAX = 100;

/** Genesys: BatchDownloadJobSubmission, at most 100 entries. */
const batchSchema = z.strictObject({
  batchDownloadRequestList: z
    .array(
      z.strictObject({
        conversationId: z.string().min(1).max(64),
        recordingId: z.string().min(1).max(64).optional(),
      }),
    )
    .min(1)
    .max(BATCH_MAX, `must hold at most ${BATCH_MAX} entries`),
});

type Entry = z.output<typeof batchSchema>['batchDownloadRequestList'][number];

interface Contents {
  contentType: string;
  /** Of the transcript, as `Recording.messagingTranscript` has it. */
  written: (transcript: readonly object[]) => string | Buffer;
}

const TRANSCRIPT: Contents = {
  contentType: 'application/json',
  written: (transcript) => JSON.stringify(transcript),
};
const VOICE: Contents = {
  contentType: 'audio/ogg',
  written: () => Buffer.from('OggS\u0000\u0002 not a transcript', 'latin1'),
};
/** Says that it is JSON, and is not. */
const UNREADABLE: Contents = { ...TRANSCRIPT, written: () => '[{"id": "' };

function contentsOf({ faults }: World): Contents {
  if (faults.takeBehaviour('batch-voice') !== null) return VOICE;
  return faults.takeBehaviour('batch-unreadable') === null ? TRANSCRIPT : UNREADABLE;
}

/** Genesys: POST /recording/batchrequests. */
export function startRecordingBatch(world: World, { body, client }: Call): Answer {
  const parsed = parseBody(batchSchema, body);
  if (!parsed.ok) return parsed.refusal;
  const entries = parsed.value.batchDownloadRequestList;
  const contents = contentsOf(world);
  const failing = world.faults.takeBehaviour('batch-errors')?.share ?? 0;
  const batch: RecordingBatch = {
    id: randomUUID(),
    client,
    startedAt: world.now(),
    stuck: world.faults.takeBehaviour('batch-stuck') !== null,
    submitted: entries.length,
    results: entries.flatMap((entry) =>
      failing > 0 && world.random() < failing
        ? { ...entry, errorMsg: 'The recording could not be retrieved.' }
        : resultsOf(world, entry, contents),
    ),
  };
  world.recordingBatches.add(batch.id, batch);
  return accepted({ id: batch.id, selfUri: selfUri(batch.id) });
}

const selfUri = (id: string): string => `/api/v2/recording/batchrequests/${id}`;

/**
 * Genesys: without `viewSensitiveData`, recordings with sensitive data are excluded where redaction is
 * switched on: such an entry has no result at all.
 */
function resultsOf(world: World, entry: Entry, contents: Contents): BatchResult[] {
  const { conversationId, recordingId } = entry;
  const recording = recordingOf(world, conversationId);
  if (recording === null || (recordingId !== undefined && recordingId !== recording.id)) {
    return [{ ...entry, errorMsg: 'No recordings were found.' }];
  }
  if (isRedactedFor(world, conversationId)) return [];
  const { contentType, written } = contents;
  const content = () => written(recording.messagingTranscript);
  const path = world.files.add({ kind: 'recording', contentType, content });
  return [{ conversationId, recordingId: recording.id, path, contentType }];
}

/**
 * Genesys: BatchDownloadJobStatusResult. Results come in one after another; `resultCount` includes the
 * errors, and `expectedResultCount` changes once the platform knows what there is.
 */
export function getRecordingBatch(world: World, { id, client, host }: Call): Answer {
  const batch = world.recordingBatches.get(id);
  if (batch === undefined) return notFound('The batch request was not found.');
  if (batch.client !== client) {
    return refused(403, 'not.authorized', 'Only the submitter may read a batch request.');
  }
  const { results, submitted, startedAt, stuck } = batch;
  const progress = (world.now() - startedAt) / Math.max(1, world.settings.batchDurationMs);
  const share = Math.min(stuck ? 0.5 : 1, progress);
  const done = results.slice(0, Math.floor(share * results.length));
  return accepted({
    id,
    jobId: id,
    expectedResultCount: share < 0.5 ? submitted : results.length,
    resultCount: done.length,
    errorCount: done.filter(({ errorMsg }) => errorMsg !== undefined).length,
    status: share < 1 ? 'InProgress' : 'Completed',
    results: done.map(({ path, ...result }) =>
      path === undefined ? result : { ...result, resultUrl: `http://${host}${path}` },
    ),
    selfUri: selfUri(id),
  });
}
