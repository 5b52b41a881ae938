import { z } from 'zod';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { absentOrSameId, comparedId, optionalId, platformId } from '../platformId.js';
import { optionalText } from './messages.js';

/** Genesys: a batch request takes at most 100 conversations. */
const MOST_CONVERSATIONS = 100;

const StartedBatch = z.object({ id: platformId });

const BatchResult = z.object({
  conversationId: platformId,
  recordingId: optionalId,
  /** Where the file is. It opens the file by itself: a secret. */
  resultUrl: optionalText,
  contentType: optionalText,
  /** Why there is no file. It may repeat what was asked: not for logs. */
  errorMsg: optionalText,
});

const count = z.number().catch(0);

/** Genesys: BatchDownloadJobStatusResult. */
const RecordingBatch = z.object({
  id: comparedId,
  jobId: comparedId,
  /** InProgress, Completed, … */
  status: optionalText,
  /** May change while the batch runs. */
  expectedResultCount: count,
  /** Includes those that failed. */
  resultCount: count,
  errorCount: count,
  results: z
    .array(BatchResult)
    .nullish()
    .transform((results) => results ?? []),
});

export type RecordingBatch = z.infer<typeof RecordingBatch>;

/** Recordings of many conversations, as files that the platform makes ready in its own time. */
export class RecordingBatches {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  start(
    conversationIds: readonly string[],
    options: CallOptions,
  ): Promise<CallResult<{ id: string }>> {
    const { length } = conversationIds;
    if (length > MOST_CONVERSATIONS) {
      throw new RangeError(`at most ${MOST_CONVERSATIONS} conversations a batch, not ${length}`);
    }
    return this.#caller.read('recording-batch-start', options, {
      answer: StartedBatch,
      run: ({ sdk }) =>
        sdk.recording.postRecordingBatchrequests({
          batchDownloadRequestList: conversationIds.map((conversationId) => ({ conversationId })),
        }),
    });
  }

  /** Only the OAuth client that started a batch may read it. */
  get(batchId: string, options: CallOptions): Promise<CallResult<RecordingBatch>> {
    return this.#caller.read('recording-batch', options, {
      answer: RecordingBatch,
      isAbout: ({ id, jobId }) => absentOrSameId(id ?? jobId, batchId),
      run: ({ sdk }) => sdk.recording.getRecordingBatchrequest(batchId),
    });
  }
}
