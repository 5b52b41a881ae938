import { sameId } from '../genesys/platformId.js';
import { type Contact, idsOf, mayHaveEmail } from '../genesys/resources/contacts.js';
import { type Identity, identityOf, underId } from '../history/identity.js';
import { contradicts } from '../history/sameName.js';
import { emailIdentity } from '../notification/emailAddress.js';
import { isTooMuch } from './bulkFailure.js';
import { addressesOf } from './contactAddresses.js';
import type { ContactsByAddress } from './exportFile.js';
import { NEXT_ROWS_WAIT_MS, prefetchOver, windowAt } from './prefetchState.js';
import type { PrefetchedRow } from './prefetchStore.js';
import type { PrefetchTask } from './prefetchTask.js';
import type { PlacedRow } from './windowRows.js';
import type { WindowWork } from './windowWork.js';

/**
 * Who the recipients are. An export says which contact has which address; what a contact is called and
 * which others were merged into it is asked of the platform, a hundred contacts at a time, so that it
 * is read as a lookup would read it. Addresses that several contacts have, and contacts with another
 * name than the row's, are left to the lookup: it decides.
 *
 * Each answers how long to wait (ms) before it is to be called again.
 */
export async function contactStep(task: PrefetchTask, work: WindowWork): Promise<number> {
  if (task.isRefused('contact list')) {
    // Without knowing who they are, nothing can be known of them.
    await task.update(prefetchOver);
    return 0;
  }
  const { window } = task;
  const rows = await work.rows();
  const addresses = await addressesOf(task, work, rows);
  if (typeof addresses === 'number') return addresses;
  const place = window.blocks[window.done];
  if (place === undefined) return endOfContacts(task);
  const known = await identities(task, work, rows.get(place.block) ?? [], addresses);
  if (typeof known === 'number') return known;
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
