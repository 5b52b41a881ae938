import { DownloadFailed } from '../genesys/downloadResult.js';
import { readContactExport } from '../prefetch/exportFile.js';
import { recordingsIn } from '../prefetch/recordingFile.js';
import { type CheckResult, ok, skipped, warning } from './finding.js';
import { notUsable, pollUntil, type Trial, type TrialTools, unfinished } from './trial.js';

const HOUR_MS = 60 * 60 * 1_000;
const FILE_WITHIN_MS = 20_000;
const HEAD_BYTES = 64 * 1024;
const RECORDING_BYTES = 8 * 1024 * 1024;
/** Genesys: 1,000 results a page are in use; how many more are allowed is not documented. */
const PAGE_SIZES = [10_000, 5_000, 1_000] as const;
/** Cells that name a column. What looks otherwise may be a customer's. */
const COLUMN_NAME = /^[A-Za-z][A-Za-z0-9 ._()-]{0,39}$/;
const SINGLE_REQUESTS = 'Nothing: single requests are used instead.';

/** Exports, jobs and batches: started, waited for, looked at. */
export const BULK_TRIALS: readonly Trial[] = [
  { requests: ({ polls }) => 1 + polls, run: contactExport },
  { requests: ({ polls }) => 1 + polls + PAGE_SIZES.length, run: conversationJob },
  { requests: ({ polls }) => 1 + polls, run: recordingBatch },
];

/** One contact is asked for. Of the file, the names of the columns are shown and nothing else. */
async function contactExport(tools: TrialTools): Promise<CheckResult> {
  const what = 'contact export';
  const { client, options } = tools;
  const started = await client.startContactExport(options, { limit: 1 });
  if (!started.ok) return notUsable(what, started.failure);
  const { id } = started.data;
  const done = await pollUntil(
    tools,
    () => client.getContactExport(id, options),
    (data) => data?.status !== 'RUNNING',
  );
  if (done === 'unfinished') return unfinished(what, tools);
  if (!done.ok) return notUsable(what, done.failure);
  const { status, downloadUrl } = done.data ?? {};
  if (status !== 'SUCCEEDED' || downloadUrl === undefined) {
    return warning('explore', `${what}: ended as ${status ?? 'gone'}`, SINGLE_REQUESTS);
  }
  const head = await headOf(tools, downloadUrl, HEAD_BYTES);
  if (typeof head === 'string') return warning('explore', `${what}: ${head}`, SINGLE_REQUESTS);
  const names =
    head
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .split(/\r?\n/, 1)[0] ?? '';
  const columns = names
    .split(/[,;\t]/)
    .map((name) => name.replace(/^"|"$/g, ''))
    .filter((name) => COLUMN_NAME.test(name));
  const read = await readContactExport(wholeLines(head), new Set());
  const shown = `columns ${columns.join(', ')}`;
  return read.ok
    ? ok('explore', `${what}: works, ${shown}`)
    : warning('explore', `${what}: not understood, ${shown}`, SINGLE_REQUESTS);
}

/** One conversation of an hour ago is asked for: what counts is how many results a page may have. */
async function conversationJob(tools: TrialTools): Promise<CheckResult> {
  const what = 'analytics job';
  const { client, options } = tools;
  const until = Date.now() - HOUR_MS;
  const interval = [until - HOUR_MS, until].map((at) => new Date(at).toISOString()).join('/');
  const started = await client.startConversationJob({ interval, limit: 1 }, options);
  if (!started.ok) return notUsable(what, started.failure);
  const { jobId } = started.data;
  const done = await pollUntil(
    tools,
    () => client.getConversationJob(jobId, options),
    (data) => data === null || !['QUEUED', 'PENDING'].includes(data.state),
  );
  if (done === 'unfinished') return unfinished(what, tools);
  if (!done.ok) return notUsable(what, done.failure);
  if (done.data?.state !== 'FULFILLED') {
    return warning('explore', `${what}: ended as ${done.data?.state ?? 'gone'}`, SINGLE_REQUESTS);
  }
  for (const pageSize of PAGE_SIZES) {
    const page = await client.getConversationJobResults(jobId, { pageSize }, options);
    if (page.ok) {
      const known = page.data.dataAvailabilityDate ?? 'a time it does not name';
      return ok(
        'explore',
        `${what}: works, ${pageSize} a page, knows what happened until ${known}`,
      );
    }
    const { failure } = page;
    if (failure.kind !== 'http' || failure.status !== 400) return notUsable(what, failure);
  }
  const least = PAGE_SIZES[PAGE_SIZES.length - 1];
  return ok('explore', `${what}: works, fewer than ${least} a page`);
}

/** One conversation's recording is read, and nothing of it shown but whether it is understood. */
async function recordingBatch(tools: TrialTools): Promise<CheckResult> {
  const what = 'recording batch';
  const { client, options, sample } = tools;
  if (sample === undefined) {
    return skipped('explore', `${what}: there is no web conversation to try it on`);
  }
  const started = await client.startRecordingBatch([sample.conversationId], options);
  if (!started.ok) return notUsable(what, started.failure);
  const { id } = started.data;
  const done = await pollUntil(
    tools,
    () => client.getRecordingBatch(id, options),
    ({ status, expectedResultCount, resultCount }) =>
      status === 'Completed' && resultCount >= expectedResultCount,
  );
  if (done === 'unfinished') return unfinished(what, tools);
  if (!done.ok) return notUsable(what, done.failure);
  const file = done.data.results.find(({ resultUrl }) => resultUrl !== undefined);
  if (file?.resultUrl === undefined) {
    return ok('explore', `${what}: works, the conversation that was tried has no recording`);
  }
  const bytes = await headOf(tools, file.resultUrl, RECORDING_BYTES);
  if (typeof bytes === 'string') return warning('explore', `${what}: ${bytes}`, SINGLE_REQUESTS);
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(file.contentType ?? '')?.[0] ?? 'no type';
  return recordingsIn(bytes, sample.conversationId) === undefined
    ? warning('explore', `${what}: a file of ${type} that is not understood`, SINGLE_REQUESTS)
    : ok('explore', `${what}: works, a file of ${type}`);
}

/** The beginning of a file, or in a few words why there is none. */
async function headOf(
  { client }: TrialTools,
  url: string,
  bytes: number,
): Promise<Buffer | string> {
  const file = await client.download(url, { maxBytes: bytes, timeoutMs: FILE_WITHIN_MS });
  if (!file.ok) return `its file cannot be read (${file.failure.kind})`;
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of file.stream) chunks.push(chunk);
  } catch (error) {
    if (!(error instanceof DownloadFailed)) throw error;
    if (error.failure.kind !== 'too_large')
      return `its file cannot be read (${error.failure.kind})`;
  }
  return Buffer.concat(chunks);
}

/** Without a last line that was cut off. */
async function* wholeLines(head: Buffer): AsyncGenerator<Uint8Array> {
  const end = head.lastIndexOf('\n');
  yield end < 0 ? head : head.subarray(0, end + 1);
}
