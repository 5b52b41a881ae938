import { DownloadFailed, type DownloadFailure } from '../genesys/downloadResult.js';
import { emailIdentity } from '../notification/emailAddress.js';
import { type ContactsByAddress, readContactExport } from './exportFile.js';
import type { PrefetchTask } from './prefetchTask.js';
import type { PlacedRow } from './windowRows.js';
import type { WindowWork } from './windowWork.js';

/** An export is read again for further windows as long as it is no older. */
const EXPORT_GOOD_FOR_MS = 60 * 60 * 1000;
/** One that takes longer is done without. */
const EXPORT_AT_MOST_MS = 15 * 60 * 1000;
/** Bytes of a file that is larger are not read on: some five million contacts. */
const EXPORT_BYTES_AT_MOST = 2 * 1024 * 1024 * 1024;
const DOWNLOAD_AT_MOST_MS = 5 * 60 * 1000;

/**
 * Which contact has which address: read from a contact export that the platform makes for it, or how
 * long to wait (ms) until it is there. One that was made for an earlier window is read again as long as
 * it is to be had; if it is not, it is made anew.
 */
export async function addressesOf(
  task: PrefetchTask,
  work: WindowWork,
  rows: ReadonlyMap<number, readonly PlacedRow[]>,
): Promise<ContactsByAddress | number> {
  if (work.addresses !== undefined) return work.addresses;
  const wanted = new Set<string>();
  for (const block of rows.values()) {
    for (const { row, place } of block) {
      const { email, externalContactId } = row.recipient;
      if (email === undefined || externalContactId !== undefined || place < task.released) continue;
      wanted.add(emailIdentity(email));
    }
  }
  const read = await readExport(task, work, wanted);
  if (typeof read !== 'number') work.addresses = read;
  return read;
}

async function readExport(
  task: PrefetchTask,
  work: WindowWork,
  wanted: ReadonlySet<string>,
): Promise<ContactsByAddress | number> {
  if (wanted.size === 0 || task.isRefused('contact export')) return new Map();
  const { client, settings } = task.tools;
  const { contactExport: known } = task.state;
  if (known === undefined || task.now > known.startedAt + EXPORT_GOOD_FOR_MS) {
    const started = await client.startContactExport(task.options);
    if (!started.ok) return (await task.afterFailure('contact export', started.failure)) ?? 0;
    const contactExport = { id: started.data.id, startedAt: task.now };
    await task.update((state) => ({ ...state, contactExport }));
    await task.observe('export_started');
    return work.nextPoll(settings.pollMs);
  }
  const asked = await client.getContactExport(known.id, task.options);
  if (!asked.ok) return (await task.afterFailure('contact export', asked.failure)) ?? 0;
  if (asked.data?.status === 'RUNNING' && task.now < task.window.since + EXPORT_AT_MOST_MS) {
    return work.nextPoll(settings.pollMs);
  }
  if (asked.data?.status !== 'SUCCEEDED' || asked.data.downloadUrl === undefined) {
    return withoutExport(task, asked.data?.status.toLowerCase() ?? 'gone');
  }
  return download(task, asked.data.downloadUrl, wanted);
}

async function download(
  task: PrefetchTask,
  url: string,
  wanted: ReadonlySet<string>,
): Promise<ContactsByAddress | number> {
  const file = await task.tools.client.download(url, {
    maxBytes: EXPORT_BYTES_AT_MOST,
    timeoutMs: DOWNLOAD_AT_MOST_MS,
    signal: task.options.signal,
  });
  if (!file.ok) return withoutFile(task, file.failure);
  try {
    const read = await readContactExport(file.stream, wanted);
    if (read.ok) return read.contacts;
    return await withoutExport(task, `its file: expected ${read.expected}`);
  } catch (error) {
    if (error instanceof DownloadFailed) return withoutFile(task, error.failure);
    throw error;
  }
}

async function withoutFile(task: PrefetchTask, { kind }: DownloadFailure): Promise<number> {
  return kind === 'aborted' ? 0 : withoutExport(task, `its file: ${kind}`);
}

/** Of an export that was made for another window only that much is known: it is no longer to be had. */
async function withoutExport(task: PrefetchTask, detail: string): Promise<number> {
  const { contactExport } = task.state;
  if (contactExport !== undefined && contactExport.startedAt < task.window.since) {
    await task.update(({ contactExport: _old, ...state }) => state);
  } else {
    await task.refuse('contact export', detail);
  }
  return 0;
}
