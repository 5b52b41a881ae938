import { isNote, NOTE_EXPECTED, type ReadRow } from '../campaign/import/candidate.js';
import type { TextFacts } from '../campaign/import/fileText.js';
import { ReasonTally } from '../campaign/import/rowCollector.js';
import type { FileProblem } from '../campaign/import/unusableFile.js';
import { LETTERS_EXPECTED } from '../notification/damagedText.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import { type FieldProblem, readRecipient } from '../notification/recipient.js';
import { ADDRESS_FIELDS } from '../notification/recipientAddress.js';
import type { SuppressedAddress } from '../suppression/consentIdentity.js';
import {
  REASON_EXPECTED,
  type Suppression,
  type SuppressionEntry,
} from '../suppression/suppression.js';
import type { TemplateManifest } from '../templates/manifest.js';
import {
  ADDRESS_EXPECTED,
  CHANNELS_EXPECTED,
  readChannels,
  readReason,
  readUntil,
  UNTIL_EXPECTED,
} from './suppressionRequest.js';

const COLUMN = { required: false, maxLength: 500 } as const;

/**
 * The columns of a file of suppressions beside those of addresses, in the form in which files of campaigns
 * know theirs, so that both are read by the same code.
 */
export const SUPPRESSION_COLUMNS: TemplateManifest = {
  description: 'Addresses that are not written to',
  variables: {
    channels: { ...COLUMN, description: 'Which channels it stops', example: 'web,email' },
    reason: { ...COLUMN, description: 'Why', example: 'Asked by phone' },
    until: { ...COLUMN, description: 'When it ends', example: '2027-03-01' },
  },
};

/** What a file has brought. */
export interface RowReport {
  /** Rows of which at least one address was taken. */
  rows: number;
  /** Rows of which nothing was taken. */
  rejected: number;
  rejectedBy: ReasonTally['reasons'];
  /** Rows of which an address, a reason, an end or channels could not be read and were left out. */
  warned: number;
  warnings: ReasonTally['reasons'];
  /** Those of the first rejected rows. */
  problems: FileProblem[];
}

const PROBLEMS_SHOWN = 100;

type Ours = 'channels' | 'reason' | 'until';

/**
 * Turns rows into entries. An address that must not be written to is not lost over the rest of its row: where channels, reason or end cannot be read, the entry stops all channels, has no reason, never ends.
 */
export class SuppressionRows {
  rows = 0;
  rejected = 0;
  warned = 0;
  readonly #rejectedBy = new ReasonTally();
  readonly #warnings = new ReasonTally();
  readonly #problems: FileProblem[] = [];
  readonly #given: Suppression;
  readonly #country: CountryCode | undefined;
  readonly #facts: TextFacts;

  /** `given` holds for rows that say nothing else; its `at` is now. */
  constructor(given: Suppression, { country, facts }: { country?: CountryCode; facts: TextFacts }) {
    this.#given = given;
    this.#country = country;
    this.#facts = facts;
  }

  get report(): RowReport {
    const { rows, rejected, warned } = this;
    return {
      rows,
      rejected,
      rejectedBy: this.#rejectedBy.reasons,
      warned,
      warnings: this.#warnings.reasons,
      problems: this.#problems,
    };
  }

  /** The entries of a row: one an address. */
  take(read: ReadRow): SuppressionEntry[] {
    if (read.problems.length > 0) return this.#reject(read, read.problems);
    const { recipient, problems } = readRecipient(read.candidate.recipient, this.#country);
    const ofAddresses = problems.filter(({ field }) => field !== 'recipient.name');
    const wrong = new Set(ofAddresses.map(({ field }) => field));
    const addresses = ADDRESS_FIELDS.flatMap((field): SuppressedAddress[] => {
      const address: unknown = recipient[field];
      if (typeof address !== 'string' || address === '' || wrong.has(`recipient.${field}`))
        return [];
      return [{ field, address }];
    });
    if (addresses.length === 0) return this.#reject(read, this.#whyNone(read, ofAddresses));
    const { suppression, problems: ofRest } = this.#suppressionOf(read.candidate.variables);
    if (suppression === undefined) return this.#reject(read, this.#inColumns(read, ofRest));
    const warnings = this.#inColumns(read, [...ofAddresses, ...ofRest]);
    if (warnings.length > 0) {
      this.warned += 1;
      this.#warnings.add(read.number, warnings);
    }
    this.rows += 1;
    return addresses.map((address) => ({ address, suppression }));
  }

  #whyNone(read: ReadRow, problems: readonly FieldProblem[]) {
    if (isNote(read.cells)) return [{ column: '', expected: NOTE_EXPECTED }];
    if (problems.length > 0) return this.#inColumns(read, problems);
    return this.#inColumns(read, [{ field: 'recipient', expected: ADDRESS_EXPECTED }]);
  }

  #suppressionOf(variables: unknown): { suppression?: Suppression; problems: FieldProblem[] } {
    const said = (variables ?? {}) as Partial<Record<Ours, unknown>>;
    const problems: FieldProblem[] = [];
    const suppression = { ...this.#given };
    const read = <T>(name: Ours, expected: string, parse: (text: string) => T | undefined) => {
      const text = textOf(said[name]);
      if (text === '') return undefined;
      const value = parse(text);
      if (value === undefined) problems.push({ field: `variables.${name}`, expected });
      return value;
    };
    if (textOf(said.channels) !== '') {
      suppression.channels = read('channels', CHANNELS_EXPECTED, readChannels) ?? 'all';
    }
    if (textOf(said.reason) !== '') {
      suppression.reason = read('reason', REASON_EXPECTED, readReason);
    }
    const until = textOf(said.until);
    if (until !== '') {
      // What has ended stops nothing any more: the row is not one to be taken.
      if (readUntil(until, this.#given.at) === undefined && readUntil(until, 0) !== undefined) {
        return { problems: [{ field: 'variables.until', expected: UNTIL_EXPECTED }] };
      }
      suppression.until = read('until', UNTIL_EXPECTED, (text) => readUntil(text, this.#given.at));
    }
    return { suppression, problems };
  }

  #inColumns({ nameOf }: ReadRow, problems: readonly FieldProblem[]): ReadRow['problems'] {
    const { lettersExpected = LETTERS_EXPECTED } = this.#facts;
    return problems.map(({ field, expected }) => ({
      column: nameOf.get(field) ?? field,
      expected: expected === LETTERS_EXPECTED ? lettersExpected : expected,
    }));
  }

  #reject({ number }: ReadRow, problems: ReadRow['problems']): SuppressionEntry[] {
    this.rejected += 1;
    this.#rejectedBy.add(number, problems);
    for (const { column, expected } of problems) {
      if (this.#problems.length < PROBLEMS_SHOWN) {
        this.#problems.push({ row: number, column, expected });
      }
    }
    return [];
  }
}

/** NDJSON may have a list where a cell has names with commas between them. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(',').trim();
  return value === undefined || value === null ? '' : String(value).trim();
}
