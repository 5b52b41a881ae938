import { extractHistory } from '../context/extractContext.js';
import { DAY_MS, WEB_MESSAGES } from '../history/conversationQuery.js';
import { isTooMuch } from './bulkFailure.js';
import { ConversationJoin } from './conversationJoin.js';
import { conversationsSince } from './conversationNews.js';
import { type PrefetchWindow, prefetchOver, type StartedJob, windowAt } from './prefetchState.js';
import type { PrefetchedBlock, PrefetchedRow } from './prefetchStore.js';
import type { PrefetchTask } from './prefetchTask.js';
import type { WindowWork } from './windowWork.js';

const JOB_AT_MOST_MS = 20 * 60 * 1000;
/** The platform does not say how many it gives at most; so many are used in public code. */
const PAGE_SIZE = 1_000;
const SMALLEST_PAGE = 50;
/** A query serves fifty customers: where the pages cost more, those are asked for. */
const PAGES_AT_LEAST_ALLOWED = 20;
const ROWS_A_QUERY = 50;

/**
 * Who had which conversations: one analytics job finds all web conversations of the look-back, and
 * they are joined with the window's contacts here. It is not up to date: what began since is asked for
 * by a query. Where a conversation is open, nothing is kept of the customer's: they may write in it.
 */
export async function conversationStep(task: PrefetchTask, work: WindowWork): Promise<number> {
  const { window } = task;
  const { job } = window;
  if (task.isRefused('conversation job')) return withoutConversations(task);
  if (job === undefined) return startJob(task, work);
  if (job.pages === 0) {
    const asked = await task.tools.client.getConversationJob(job.id, task.options);
    if (!asked.ok) return (await task.afterFailure('conversation job', asked.failure)) ?? 0;
    const state = asked.data?.state ?? 'EXPIRED';
    const isAtWork = state === 'QUEUED' || state === 'PENDING';
    if (isAtWork && task.now < job.startedAt + JOB_AT_MOST_MS) {
      return work.nextPoll(task.tools.settings.pollMs);
    }
    if (state !== 'FULFILLED') {
      await task.refuse('conversation job', isAtWork ? 'takes too long' : state.toLowerCase());
      return 0;
    }
  }
  return join(task, job);
}

async function startJob(task: PrefetchTask, work: WindowWork): Promise<number> {
  const blocks = await blocksOf(task);
  if (![...blocks.values()].some(({ rows }) => Object.keys(rows).length > 0)) {
    return task.isRefused('contact export') ? giveUp(task) : withoutConversations(task);
  }
  const to = task.now;
  const from = to - task.needs.search.lookbackDays * DAY_MS;
  const started = await task.tools.client.startConversationJob(
    {
      interval: `${new Date(from).toISOString()}/${new Date(to).toISOString()}`,
      segmentFilters: [WEB_MESSAGES],
      startOfDayIntervalMatching: true,
    },
    task.options,
  );
  if (!started.ok) return (await task.afterFailure('conversation job', started.failure)) ?? 0;
  const job = {
    id: started.data.jobId,
    startedAt: task.now,
    from,
    to,
    pageSize: PAGE_SIZE,
    pages: 0,
  };
  await task.updateWindow((window) => ({ ...window, job }));
  await task.observe('job_started');
  work.polls = 0;
  return work.nextPoll(task.tools.settings.pollMs);
}

/** Reads the job's pages from its cursor on; blocks and cursor are kept together, page by page. */
async function join(task: PrefetchTask, job: StartedJob): Promise<number> {
  const blocks = await blocksOf(task);
  const rows = [...blocks.values()].flatMap((block) => Object.values(block.rows));
  const { maxConversations } = task.needs.search;
  const joined = new ConversationJoin(rows, job, maxConversations);
  const allowed = Math.max(PAGES_AT_LEAST_ALLOWED, Math.ceil(rows.length / ROWS_A_QUERY));
  let { cursor, pages, pageSize, completeTo } = job;
  while (completeTo === undefined) {
    if (pages >= allowed) {
      await task.refuse('conversation job', 'more pages than it saves requests');
      return 0;
    }
    const page = await task.tools.client.getConversationJobResults(
      job.id,
      { cursor, pageSize },
      task.options,
    );
    if (!page.ok && isTooMuch(page.failure) && pageSize > SMALLEST_PAGE) {
      pageSize = Math.ceil(pageSize / 2);
      continue;
    }
    if (!page.ok) return (await task.afterFailure('conversation job', page.failure)) ?? 0;
    for (const summary of page.data.conversations) joined.add(summary);
    cursor = page.data.cursor;
    pages += 1;
    if (cursor === undefined) {
      completeTo = Math.min(Date.parse(page.data.dataAvailabilityDate ?? ''), job.to);
      if (Number.isNaN(completeTo)) {
        await task.refuse('conversation job', 'does not say up to when it is complete');
        return 0;
      }
    }
    const next = { ...job, cursor, pages, pageSize, completeTo };
    await task.updateWindow((window) => ({ ...window, job: next }), blocks);
    await task.observe('page_kept');
  }
  return addNews(task, { blocks, rows, joined, completeTo });
}

async function addNews(
  task: PrefetchTask,
  known: {
    blocks: ReadonlyMap<number, PrefetchedBlock>;
    rows: readonly PrefetchedRow[];
    joined: ConversationJoin;
    completeTo: number;
  },
): Promise<number> {
  const { blocks, rows, joined, completeTo } = known;
  const now = task.now;
  const since = completeTo - task.tools.settings.settlesAfterMs;
  const news = await conversationsSince(task, { since, now });
  if (news.kind === 'failed') {
    return (await task.afterFailure('conversation job', news.failure)) ?? 0;
  }
  if (news.kind === 'incomplete') {
    await task.refuse('conversation job', 'is too far behind, or changes while it is read');
    return 0;
  }
  for (const summary of news.conversations) joined.add(summary);
  for (const row of rows) conclude(row, task.needs.search.wantsText);
  const lookedAt = Math.min(task.state.lookedAt ?? now, now);
  await task.update(
    (state) => ({ ...state, lookedAt, window: afterConversations(task.window, now) }),
    blocks,
    task.tools.settings.freshForMs,
  );
  await task.observe('conversations_kept');
  return 0;
}

/** What was found is all there is, unless one of them is open. */
function conclude(row: PrefetchedRow, wantsText: boolean): void {
  const { candidates = [], isOpen } = row;
  delete row.candidates;
  delete row.isOpen;
  if (isOpen) return;
  if (wantsText && candidates.length > 0) row.conversations = candidates;
  else row.history = extractHistory(candidates.map((each) => ({ ...each, messages: [] })));
}

function afterConversations({ job: _job, ...window }: PrefetchWindow, now: number): PrefetchWindow {
  return windowAt('transcripts', window, now);
}

/** No customer is known ahead, and none will be. */
async function giveUp(task: PrefetchTask): Promise<number> {
  await task.tools.store.dropBlocks(task.campaign.id, task.state.kept);
  await task.update((state) => ({ ...prefetchOver(state), kept: [] }));
  return 0;
}

/** Only who the customers are is known ahead. */
async function withoutConversations(task: PrefetchTask): Promise<number> {
  const { settings } = task.tools;
  const blocks = await blocksOf(task);
  for (const block of blocks.values()) {
    for (const row of Object.values(block.rows)) {
      delete row.candidates;
      delete row.isOpen;
    }
  }
  const now = task.now;
  await task.update(
    (state) => ({
      ...state,
      lookedAt: state.lookedAt ?? now,
      window: afterConversations(task.window, now),
    }),
    blocks,
    settings.freshForMs,
  );
  return 0;
}

async function blocksOf(task: PrefetchTask): Promise<Map<number, PrefetchedBlock>> {
  const blocks = new Map<number, PrefetchedBlock>();
  for (const { block } of task.window.blocks) {
    const known = await task.tools.store.readBlock(task.campaign.id, block);
    blocks.set(block, known ?? task.block({}));
  }
  return blocks;
}
