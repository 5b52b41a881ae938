import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

const GIVEN_NAMES =
  'ada ben clara david emma felix greta hugo ines jonas karla luis marie nina oscar';
const SURNAMES = 'adams becker costa dubois evans fischer garcia hansen ivanov jensen keller meyer';
const DOMAINS = ['example.com', 'example.org', 'mail.example.net', 'post.example', 'web.example'];
const STATUSES = ['On its way', 'Delivered', 'Delayed by a day', 'In preparation', 'To collect'];

/** A prime above the greatest number of rows, so that multiples of a row's number never meet. */
const PRIME = 16_777_259;
const PIECE_ROWS = 2_000;

export interface RecipientFile {
  path: string;
  rows: number;
  /** Shares of the rows, from 0 to 1. */
  bad?: number;
  duplicate?: number;
}

/**
 * Writes a CSV file for the template order-update: email, contact id, and two short variables, as
 * different from row to row as real ones are. The same call writes the same file.
 */
export async function writeRecipientFile(file: RecipientFile): Promise<void> {
  const { rows, bad = 0, duplicate = 0 } = file;
  if (rows >= PRIME) throw new RangeError(`fewer than ${PRIME} rows`);
  const random = randomNumbers(rows);
  const output = createWriteStream(file.path);
  output.write('Email,External Contact ID,Order number,Status\n');
  let lines = '';
  for (let row = 1; row <= rows; row += 1) {
    const kind = random();
    if (kind < bad) lines += `not an address,,A-${row},Delivered\n`;
    else if (kind < bad + duplicate) lines += lineOf(Math.ceil(row / 2), random);
    else lines += lineOf(row, random);
    if (row % PIECE_ROWS !== 0) continue;
    if (!output.write(lines)) await once(output, 'drain');
    lines = '';
  }
  output.end(lines);
  await finished(output);
}

/** The address of a customer is the same each time, whatever else is drawn. */
function lineOf(customer: number, random: () => number): string {
  const number = (customer * 7_654_321) % PRIME;
  const names = [GIVEN_NAMES, SURNAMES].map((list, at) => {
    const all = list.split(' ');
    return all[(number >> (4 * at)) % all.length];
  });
  const email = `${names.join('.')}${number}@${DOMAINS[number % DOMAINS.length]}`;
  const order = Math.floor(random() * 1e7);
  const status = STATUSES[Math.floor(random() * STATUSES.length)];
  return `${email},${uuidFrom(random)},A-${order},${status}\n`;
}

function uuidFrom(random: () => number): string {
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
