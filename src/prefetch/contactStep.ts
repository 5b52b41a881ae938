import { DownloadFailed, type DownloadFailure } from '../genesys/download.js';
import { sameId } from '../genesys/platformId.js';
import { type Contact, idsOf, mayHaveEmail } from '../genesys/resources/contacts.js';
import { type Identity, identityOf, underId } from '../history/identity.js';
import { contradicts } from '../history/sameName.js';
import { emailIdentity } from '../notification/emailAddress.js';
import { isTooMuch } from './bulkFailure.js';
import { type ContactsByAddress, readContactExport } from './exportFile.js';
import { NEXT_ROWS_WAIT_MS, prefetchOver, windowAt } from './prefetchState.js';
import type { PrefetchedRow } from './prefetchStore.js';
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
 * Who the recipients are. An export says which contact has which address; what a contact is called and
 * which others were merged into it is asked of the platform, a hundred contacts at a time, so that it
 * is read as a lookup would read it. Addresses that several contacts have, and contacts with another
 * name than the row's, are left to the lookup: it decides.
 *
 * Each answers how long to wait (ms) before it is to be called again.
 */
export async function contactStep(task: PrefetchTask, work: WindowWork): Promise<number> {
  const { window } = task;
  const rows = await work.rows();
  const addresses = await addressesOf(task, work, rows);
  if (typeof addresses === 'number') return addresses;
  const place = window.blocks[window.done];
  if (place === undefined) return endOfContacts(task);
  const known = await identities(task, work, rows.get(place.block) ?? [], addresses);
  if (typeof known === 'number') return known;
  if (task.isRefused('contact list')) {
    await task.update(prefetchOver);
    return 0;
  }
  const isLast = window.done + 1 === window.blocks.length;
  await task.update(
    (state) => ({
      ...state,
      kept: [...state.kept.filter(({ block }) => block !== place.block), place],
      window: { ...task.window, done: window.done + 1 },
    }),
    new Map([[place.block, task.block(known)]]),
  );
  await task.observe('contacts_kept');
  return isLast ? endOfContacts(task) : 0;
}

/** Templates that use no history need nothing further. */
async function endOfContacts(task: PrefetchTask): Promise<number> {
  const now = task.now;
  const { window } = task;
  if (task.needs.history) {
    await task.updateWindow(() => windowAt('conversations', window, now));
    return 0;
  }
  await task.update((state) => ({
    ...state,
    readyRows: Math.max(state.readyRows, window.blocks.at(-1)?.endsAt ?? 0),
    holdUntil: now + NEXT_ROWS_WAIT_MS,
    window: windowAt('ready', window, now),
  }));
  return 0;
}

async function addressesOf(
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
    await task.refuse('contact export', asked.data?.status.toLowerCase() ?? 'gone');
    return 0;
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
    await task.refuse('contact export', `its file: expected ${read.expected}`);
    return 0;
  } catch (error) {
    if (error instanceof DownloadFailed) return withoutFile(task, error.failure);
    throw error;
  }
}

async function withoutFile(task: PrefetchTask, { kind }: DownloadFailure): Promise<number> {
  if (kind !== 'aborted') await task.refuse('contact export', `its file: ${kind}`);
  return 0;
}

async function identities(
  task: PrefetchTask,
  work: WindowWork,
  rows: readonly PlacedRow[],
  addresses: ContactsByAddress,
): Promise<Record<number, PrefetchedRow> | number> {
  const asked = rows.flatMap((row) => contactOf(task, row, addresses) ?? []);
  const contacts = new Map<string, Contact>();
  const ids = [...new Set(asked.map(({ contactId }) => contactId))];
  for (let start = 0; start < ids.length; ) {
    const some = ids.slice(start, start + work.resolvedAtOnce);
    const answer = await task.tools.client.resolveContacts(some, task.options);
    if (answer.ok) {
      addContacts(contacts, answer.data);
      start += some.length;
    } else if (isTooMuch(answer.failure) && some.length > 1) {
      work.resolvedAtOnce = Math.ceil(some.length / 2);
    } else {
      return (await task.afterFailure('contact list', answer.failure)) ?? 0;
    }
  }
  const known: Record<number, PrefetchedRow> = {};
  for (const { row, contactId } of asked) {
    const contact = contacts.get(contactId);
    const identity = contact && identityFor(row, contactId, contact);
    if (identity !== undefined) known[row.number] = { identity };
  }
  return known;
}

/** Which contact to ask about for a row; undefined where the lookup has to find them. */
function contactOf(
  task: PrefetchTask,
  row: PlacedRow,
  addresses: ContactsByAddress,
): { row: PlacedRow; contactId: string } | undefined {
  if (row.place < task.released || !task.needsOf(row).identity) return undefined;
  const { externalContactId, email } = row.row.recipient;
  const contactId =
    externalContactId ?? (email && addresses.get(emailIdentity(email))) ?? undefined;
  return contactId === undefined ? undefined : { row, contactId: contactId.toLowerCase() };
}

function addContacts(contacts: Map<string, Contact>, found: readonly Contact[]): void {
  for (const contact of found) {
    for (const id of idsOf(contact)) {
      const key = id.toLowerCase();
      // Of a merged contact's own answer and the canonical one's, its own says more about it.
      if (!contacts.has(key) || sameId(contact.id, id)) contacts.set(key, contact);
    }
  }
}

/** As the lookup would see them; undefined where it might see them otherwise. */
function identityFor(
  { row: { recipient } }: PlacedRow,
  contactId: string,
  contact: Contact,
): Identity | undefined {
  const { externalContactId, email } = recipient;
  if (externalContactId !== undefined) {
    return sameId(contact.id, contactId) ? underId(contactId, identityOf(contact)) : undefined;
  }
  if (email === undefined || !mayHaveEmail(contact, email)) return undefined;
  const identity = identityOf(contact);
  return contradicts(recipient.name, identity.contactName) ? undefined : identity;
}
