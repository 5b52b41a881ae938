import { extractHistory, type HistoryContext } from '../context/extractContext.js';
import type { HistoryConversation } from '../context/history.js';
import { hasSubstance } from '../context/substance.js';
import type { RecordingBatch } from '../genesys/resources/recordingBatches.js';
import type { PastConversation } from '../history/conversationQuery.js';
import { type BlockPlace, NEXT_ROWS_WAIT_MS, windowAt } from './prefetchState.js';
import type { PrefetchedBlock, PrefetchedRow } from './prefetchStore.js';
import type { PrefetchTask } from './prefetchTask.js';
import { isComplete, transcriptsOf } from './transcriptBatches.js';
import type { Transcripts, WindowWork } from './windowWork.js';

/** Genesys: a batch takes at most so many conversations. */
const BATCH_SIZE = 100;
/** For fewer, a batch costs what it saves. */
const FEWEST = 10;
const BATCH_AT_MOST_MS = 10 * 60 * 1000;
/** The first rows wait for the first block alone; later ones share their batches. */
const BLOCKS_TOGETHER = 4;

/**
 * What the customers wrote: recording batches of a hundred conversations, the newest one of each
 * customer first, and the one before it for those whose newest has nothing of substance, as the lookup
 * reads them. Where no batch gives a transcript, the row keeps its conversations, and the lookup reads
 * what they say. Nothing but that is left to do where transcripts come from somewhere else.
 */
export async function transcriptStep(task: PrefetchTask, work: WindowWork): Promise<number> {
  const { window } = task;
  const group = usesBatches(task)
    ? window.blocks.slice(window.done, window.done + (window.done === 0 ? 1 : BLOCKS_TOGETHER))
    : window.blocks.slice(window.done);
  const blocks = await blocksOf(task, group);
  const rows = [...blocks.values()].flatMap((block) => Object.values(block.rows));
  if (usesBatches(task)) {
    const wait = await readBatches(task, work);
    if (wait !== undefined) return wait;
    const wanted = new Set(rows.flatMap((row) => wantedBy(row, work.transcripts) ?? []));
    if (wanted.size >= FEWEST) return startBatches(task, work, [...wanted]);
  }
  for (const row of rows) conclude(row, work.transcripts);
  work.transcripts.clear();
  await keep(task, group, blocks);
  await task.observe('histories_kept');
  return 0;
}

/** Another source says other things: a result must not depend on when a row was looked up. */
function usesBatches(task: PrefetchTask): boolean {
  const { wantsText, transcriptSource } = task.needs.search;
  return wantsText && transcriptSource === 'recordings' && !task.isRefused('recording batch');
}

async function blocksOf(
  task: PrefetchTask,
  places: readonly BlockPlace[],
): Promise<Map<number, PrefetchedBlock>> {
  const blocks = new Map<number, PrefetchedBlock>();
  for (const { block } of places) {
    const known = await task.tools.store.readBlock(task.campaign.id, block);
    if (known !== undefined) blocks.set(block, known);
  }
  return blocks;
}

/** Reads what the batches under way have brought; answers how long to wait (ms) while they have not. */
async function readBatches(task: PrefetchTask, work: WindowWork): Promise<number | undefined> {
  const { client, settings } = task.tools;
  const open = task.window.batches.filter((id) => !work.readBatches.has(id));
  const answers = await Promise.all(
    open.map(async (id) => ({ id, asked: await client.getRecordingBatch(id, task.options) })),
  );
  const waits: (number | undefined)[] = [];
  // One after the other: each is read as a hundred files.
  for (const { id, asked } of answers) {
    if (!asked.ok) waits.push((await task.afterFailure('recording batch', asked.failure)) ?? 0);
    else waits.push(await readBatch(task, work, id, asked.data));
  }
  const left = waits.filter((wait) => wait !== undefined);
  if (left.length === 0) return undefined;
  const longest = Math.max(...left);
  return longest === settings.pollMs ? work.nextPoll(settings.pollMs) : longest;
}

async function readBatch(
  task: PrefetchTask,
  work: WindowWork,
  id: string,
  batch: RecordingBatch,
): Promise<number | undefined> {
  const { client, settings } = task.tools;
  if (!isComplete(batch)) {
    const since = work.batchesSince ?? task.window.since;
    if (task.now < since + BATCH_AT_MOST_MS) return settings.pollMs;
    await task.refuse('recording batch', 'takes too long');
    return 0;
  }
  const transcripts = await transcriptsOf(client, batch, task.options.signal);
  // Files that were not read because this process stops are read by the next.
  if (task.options.signal?.aborted) return 0;
  for (const [conversationId, messages] of transcripts) {
    work.transcripts.set(conversationId, messages);
  }
  for (const asked of work.askedIn.get(id) ?? []) {
    if (!work.transcripts.has(asked)) work.transcripts.set(asked, null);
  }
  work.readBatches.add(id);
  const understood = [...transcripts.values()].filter((messages) => messages !== null).length;
  if (understood === 0 && batch.results.length >= FEWEST) {
    await task.refuse('recording batch', `none of ${batch.results.length} is a transcript`);
  }
  return undefined;
}

async function startBatches(
  task: PrefetchTask,
  work: WindowWork,
  conversationIds: readonly string[],
): Promise<number> {
  const { client, settings } = task.tools;
  const starts: Promise<number | undefined>[] = [];
  for (let start = 0; start < conversationIds.length; start += BATCH_SIZE) {
    const ids = conversationIds.slice(start, start + BATCH_SIZE);
    starts.push(
      client.startRecordingBatch(ids, task.options).then(async (started) => {
        if (!started.ok) return (await task.afterFailure('recording batch', started.failure)) ?? 0;
        const { id } = started.data;
        work.askedIn.set(id, ids);
        await task.updateWindow((window) => ({ ...window, batches: [...window.batches, id] }));
        await task.observe('batch_started');
        return undefined;
      }),
    );
  }
  const waits = (await Promise.all(starts)).filter((wait) => wait !== undefined);
  work.polls = 0;
  work.batchesSince = task.now;
  return waits.length > 0 ? Math.max(...waits) : work.nextPoll(settings.pollMs);
}

type Outcome =
  | { kind: 'history'; history: HistoryContext }
  | { kind: 'wants'; conversationId: string }
  | { kind: 'left' };

/** As `readHistory` reads: the newest first, and no further once one has substance. */
function outcomeOf(conversations: readonly PastConversation[], transcripts: Transcripts): Outcome {
  const read: HistoryConversation[] = [];
  for (const conversation of conversations) {
    const conversationId = conversation.conversationId.toLowerCase();
    const messages = transcripts.get(conversationId);
    if (messages === undefined) return { kind: 'wants', conversationId };
    if (messages === null) return { kind: 'left' };
    const transcript = { ...conversation, messages };
    read.push(transcript);
    if (hasSubstance(transcript)) break;
  }
  return { kind: 'history', history: extractHistory(read) };
}

function wantedBy({ conversations }: PrefetchedRow, transcripts: Transcripts): string | undefined {
  if (conversations === undefined) return undefined;
  const outcome = outcomeOf(conversations, transcripts);
  return outcome.kind === 'wants' ? outcome.conversationId : undefined;
}

function conclude(row: PrefetchedRow, transcripts: Transcripts): void {
  if (row.conversations === undefined) return;
  const outcome = outcomeOf(row.conversations, transcripts);
  if (outcome.kind !== 'history') return;
  row.history = outcome.history;
  delete row.conversations;
}

async function keep(
  task: PrefetchTask,
  group: readonly BlockPlace[],
  blocks: ReadonlyMap<number, PrefetchedBlock>,
): Promise<void> {
  const now = task.now;
  const done = task.window.done + group.length;
  const isLast = done === task.window.blocks.length;
  const endsAt = group.at(-1)?.endsAt ?? 0;
  await task.update(
    (state) => ({
      ...state,
      readyRows: Math.max(state.readyRows, endsAt),
      holdUntil: now + NEXT_ROWS_WAIT_MS,
      window: isLast ? windowAt('ready', task.window, now) : { ...task.window, done, batches: [] },
    }),
    blocks,
    task.freshLeftMs,
  );
}
