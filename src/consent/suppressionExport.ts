import { z } from 'zod';
import { NdjsonReader, type NdjsonRow } from '../campaign/import/ndjson.js';
import { UnusableFileError } from '../campaign/import/unusableFile.js';
import { CHANNELS } from '../notification/state.js';
import { SUPPRESSION_SOURCES } from '../suppression/suppression.js';
import type { AddedSuppressions, ExportedSuppression } from '../suppression/suppressionList.js';

/*
 * An export is NDJSON: a first line that says what it is and which secrets its hashes are made with, a line an
 * entry, and a last line that says how many there were, so that half a file is not taken for a whole one.
 * Hashes say nothing to a deployment that has another secret: there, the file is refused.
 */

const FIRST = '{"suppressions":1';

const firstLine = z.object({ suppressions: z.literal(1), keys: z.array(z.string()) });
const lastLine = z.object({ entries: z.int().min(0) });

const entryLine = z.object({
  digest: z.string().regex(/^[\w-]{16}$/),
  channels: z.union([z.literal('all'), z.array(z.enum(CHANNELS)).min(1)]),
  source: z.enum(SUPPRESSION_SOURCES),
  reason: z.string().max(200).optional(),
  author: z.string().max(200),
  at: z.iso.datetime(),
  until: z.iso.datetime().optional(),
});

const EXPECTED = 'an export of suppressions as it was written';

export function isSuppressionExport(head: string): boolean {
  return head.startsWith(FIRST);
}

/** The whole list as text, in pieces. It holds no address: each entry has its keyed hash. */
export async function* exportSuppressions(
  entries: AsyncIterable<readonly ExportedSuppression[]>,
  keys: readonly string[],
): AsyncGenerator<string> {
  yield `${JSON.stringify({ suppressions: 1, keys })}\n`;
  let count = 0;
  for await (const page of entries) {
    count += page.length;
    yield page.map((entry) => `${JSON.stringify(lineOf(entry))}\n`).join('');
  }
  yield `${JSON.stringify({ entries: count })}\n`;
}

function lineOf({ digest, suppression }: ExportedSuppression): z.input<typeof entryLine> {
  const { channels, source, reason, author, at, until } = suppression;
  return {
    digest: digest.toString('base64url'),
    channels: channels === 'all' ? channels : [...channels],
    source,
    reason,
    author,
    at: new Date(at).toISOString(),
    until: until === undefined ? undefined : new Date(until).toISOString(),
  };
}

interface Restoring {
  keys: readonly string[];
  restore(entries: readonly ExportedSuppression[]): Promise<AddedSuppressions>;
}

/** Reads an export as it comes, and puts its entries back. Throws an UnusableFileError for what is none. */
export class ExportedSuppressions {
  readonly #to: Restoring;
  readonly #reader = new NdjsonReader();
  #isKnown = false;
  #count = 0;
  #announced: number | undefined;

  constructor(to: Restoring) {
    this.#to = to;
  }

  restore(entries: readonly ExportedSuppression[]): Promise<AddedSuppressions> {
    return this.#to.restore(entries);
  }

  *push(piece: string): Generator<ExportedSuppression[]> {
    yield* this.#entriesOf(this.#reader.push(piece));
  }

  *end(): Generator<ExportedSuppression[]> {
    yield* this.#entriesOf(this.#reader.end());
    if (this.#announced !== this.#count) {
      throw new UnusableFileError({ expected: 'the whole file; it ends before its last line' });
    }
  }

  *#entriesOf(rows: Iterable<NdjsonRow>): Generator<ExportedSuppression[]> {
    const entries: ExportedSuppression[] = [];
    for (const row of rows) {
      if (!this.#isKnown) this.#readFirst(row);
      else if (this.#announced !== undefined) refuse(row, 'nothing behind the last line');
      else this.#readLine(row, entries);
    }
    this.#count += entries.length;
    if (entries.length > 0) yield entries;
  }

  #readFirst(row: NdjsonRow): void {
    const first = firstLine.safeParse(row.value);
    if (!first.success) refuse(row, EXPECTED);
    if (first.data.keys.some((key) => !this.#to.keys.includes(key))) {
      refuse(
        row,
        'an export of a deployment with this NOTIFIER_SECRET: the hashes of another one match no address here',
      );
    }
    this.#isKnown = true;
  }

  #readLine(row: NdjsonRow, entries: ExportedSuppression[]): void {
    const entry = entryLine.safeParse(row.value);
    if (entry.success) {
      const { digest, at, until, ...rest } = entry.data;
      const times = {
        at: Date.parse(at),
        until: until === undefined ? undefined : Date.parse(until),
      };
      entries.push({
        digest: Buffer.from(digest, 'base64url'),
        suppression: { ...rest, ...times },
      });
      return;
    }
    const last = lastLine.safeParse(row.value);
    if (!last.success) refuse(row, EXPECTED);
    this.#announced = last.data.entries;
  }
}

function refuse(row: NdjsonRow, expected: string): never {
  throw new UnusableFileError({ row: row.number, expected });
}
