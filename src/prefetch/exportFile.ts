import { CsvReader, separationOf } from '../campaign/import/csv.js';
import { MAX_ROW_CHARS, UnusableFileError } from '../campaign/import/unusableFile.js';
import { platformId, sameId } from '../genesys/platformId.js';
import { emailIdentity } from '../notification/emailAddress.js';

/** Which contact an address belongs to; null where several have it. */
export type ContactsByAddress = Map<string, string | null>;

export type ReadExport =
  | { ok: true; contacts: ContactsByAddress; rows: number }
  /** What a file should have been; never what stands in it. */
  | { ok: false; expected: string };

const ID_COLUMNS = ['id', 'contactid', 'externalcontactid'];
const COLUMNS = 'a first row that names a column of ids and one of email addresses';

/**
 * Reads a contact export as it comes, and keeps what it says of `wanted` addresses alone (written as
 * `emailIdentity` does). The names of its columns are not documented: it is accepted when one is
 * named as an id and one as an email address, whatever else there is.
 */
export async function readContactExport(
  bytes: AsyncIterable<Uint8Array>,
  wanted: ReadonlySet<string>,
): Promise<ReadExport> {
  const contacts: ContactsByAddress = new Map();
  let columns: Columns | undefined;
  let rows = 0;
  try {
    for await (const cells of csvRows(bytes)) {
      if (columns === undefined) {
        columns = columnsOf(cells);
        if (columns === undefined) return { ok: false, expected: COLUMNS };
        continue;
      }
      rows += 1;
      note(contacts, columns, cells, wanted);
    }
  } catch (error) {
    if (error instanceof UnusableFileError) return { ok: false, expected: 'a whole CSV file' };
    if (isUndecodable(error)) return { ok: false, expected: 'a text in UTF-8' };
    throw error;
  }
  return columns === undefined ? { ok: false, expected: COLUMNS } : { ok: true, contacts, rows };
}

function isUndecodable(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
}

interface Columns {
  id: number;
  emails: number[];
}

function columnsOf(header: readonly string[]): Columns | undefined {
  const names = header.map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ''));
  const id = ID_COLUMNS.map((name) => names.indexOf(name)).find((at) => at >= 0);
  const emails = names.flatMap((name, at) => (/e?mail(address)?\d*$/.test(name) ? [at] : []));
  return id === undefined || emails.length === 0 ? undefined : { id, emails };
}

function note(
  contacts: ContactsByAddress,
  { id: idColumn, emails }: Columns,
  cells: readonly string[],
  wanted: ReadonlySet<string>,
): void {
  const id = platformId.safeParse(cells[idColumn]?.trim());
  for (const at of emails) {
    const address = emailIdentity(cells[at]?.trim() ?? '');
    if (!wanted.has(address)) continue;
    const known = contacts.get(address);
    // A line without a usable id has the address, too.
    if (!id.success || known === null) contacts.set(address, null);
    else if (known === undefined) contacts.set(address, id.data);
    else if (!sameId(known, id.data)) contacts.set(address, null);
  }
}

/** @throws UnusableFileError, and a TypeError for bytes that are no UTF-8 */
async function* csvRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let head = '';
  let reader: CsvReader | undefined;
  const add = (text: string, isAll: boolean): CsvReader | undefined => {
    if (reader !== undefined) {
      reader.add(text);
      return reader;
    }
    head += text;
    if (!isAll && !/[\r\n]/.test(head) && head.length <= MAX_ROW_CHARS) return undefined;
    const { separator, skip } = separationOf(head);
    reader = new CsvReader(separator);
    reader.add(head.slice(skip));
    return reader;
  };
  for await (const piece of bytes) {
    const open = add(decoder.decode(piece, { stream: true }), false);
    if (open !== undefined) yield* rowsIn(open);
  }
  const last = add(decoder.decode(), true);
  last?.end();
  if (last !== undefined) yield* rowsIn(last);
}

function* rowsIn(reader: CsvReader): Generator<string[]> {
  for (let row = reader.read(); row !== undefined; row = reader.read()) {
    if (row.cells.some((cell) => cell.trim() !== '')) yield row.cells;
  }
}
