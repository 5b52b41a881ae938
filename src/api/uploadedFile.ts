import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ColumnChoices, readChoice } from '../campaign/import/columnChoices.js';
import { ENCODING_EXPECTED, encodingNamed } from '../campaign/import/fileText.js';
import type { FieldProblem } from '../notification/request.js';
import { httpProblem } from './problems.js';

/* A file that is the body of a request: what it calls itself, and what its caller says of its columns. */

type FileFormat = 'csv' | 'ndjson';

/** What a file may be called. Of the last, what `curl` says by itself of anything, nothing is believed. */
const FORMATS: Readonly<Record<string, FileFormat | 'unknown'>> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'text/plain': 'unknown',
  'application/octet-stream': 'unknown',
  'application/gzip': 'unknown',
  'application/x-gzip': 'unknown',
  'application/x-www-form-urlencoded': 'unknown',
  '': 'unknown',
};

export const NOT_A_FILE = httpProblem(
  415,
  'Send the file itself as the body, as text/csv or application/x-ndjson, plain or in gzip.',
);

function formatOf(request: FastifyRequest): FileFormat | 'unknown' | undefined {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (!/^(identity|gzip|x-gzip)$/i.test(encoding)) return undefined;
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return FORMATS[type];
}

function charsetOf({ headers }: FastifyRequest): string | undefined {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1];
}

export function charsetProblems(request: FastifyRequest): FieldProblem[] {
  const charset = charsetOf(request);
  if (charset === undefined || encodingNamed(charset) !== undefined) return [];
  return [{ field: 'content-type', expected: ENCODING_EXPECTED }];
}

const columnChoice = z.string().check(({ value, issues }) => {
  const choice = readChoice(value);
  if (!choice.ok) issues.push({ code: 'custom', message: choice.expected, input: value });
});

function chosen(map: readonly string[]): Record<string, string> {
  const choices = map.map(readChoice);
  return Object.fromEntries(
    choices.flatMap((choice) => (choice.ok ? [[choice.column, choice.as]] : [])),
  );
}

/** What a caller says of the columns. */
export const UPLOAD_QUERY = {
  map: z
    .array(columnChoice)
    .optional()
    .meta({
      description:
        'COLUMN=FIELD: what a column means where its name does not say it. As often as needed; goes before map of the campaign.',
      example: ['E-Mail-Adresse=email'],
    }),
  ignore: z.array(z.string()).optional().meta({
    description: 'A column that is neither read nor kept for the results. As often as needed.',
  }),
};

export interface UploadReading {
  /** Undefined where the type says nothing: the file is looked at. */
  format: FileFormat | undefined;
  columns: ColumnChoices;
  encoding: string | undefined;
}

/** How to read the file; undefined when it says that it is none. */
export function readingOf(
  request: FastifyRequest,
  { map = [], ignore = [] }: { map?: readonly string[]; ignore?: readonly string[] },
): UploadReading | undefined {
  const format = formatOf(request);
  if (format === undefined) return undefined;
  const charset = charsetOf(request);
  return {
    format: format === 'unknown' ? undefined : format,
    columns: { map: chosen(map), ignore },
    encoding: charset === undefined ? undefined : encodingNamed(charset),
  };
}
