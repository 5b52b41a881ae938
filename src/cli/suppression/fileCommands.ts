import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ColumnChoices, readChoice } from '../../campaign/import/columnChoices.js';
import { ENCODING_EXPECTED, encodingNamed } from '../../campaign/import/fileText.js';
import type { FileProblem } from '../../campaign/import/unusableFile.js';
import { describeRowReasons } from '../../campaign/rowReasons.js';
import type { SuppressionImport, SuppressionReport } from '../../consent/suppressionImport.js';
import { onInterruption } from '../campaign/interruption.js';
import {
  describeRowProblem,
  findFile,
  ImportDisplay,
  printableLines,
} from '../campaign/rowsFile.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { type Output, outputFor } from '../output.js';
import { counted, terminal, whole } from '../terminal.js';
import {
  countryBy,
  type GivenOptions,
  givenBy,
  invalid,
  withSuppressions,
} from './suppressionSession.js';

export interface ImportOptions extends GivenOptions {
  country?: string;
  format?: 'csv' | 'ndjson';
  map?: string[];
  ignore?: string[];
  encoding?: string;
  json?: boolean;
}

/** Puts the addresses of a file on the list. */
export async function importSuppressionFile(
  path: string,
  options: ImportOptions,
): Promise<ExitCode> {
  const file = await findFile(path);
  const output = outputFor(options.json === true);
  if (typeof file === 'string') {
    output.remark(file);
    return invalid({ output });
  }
  return onInterruption((interruption) =>
    withSuppressions(options, async (session) => {
      const given = givenBy(options, session);
      const columns = columnsBy(options, output);
      const country = countryBy(options.country, session);
      if (given === undefined || columns === undefined || country === 'wrong') {
        return invalid(session);
      }
      const display = options.json ? undefined : new ImportDisplay(terminal(), file.size);
      const source = file.open();
      const { format, encoding } = options;
      const { signal } = interruption;
      const onProgress: NonNullable<
        Parameters<typeof session.suppressions.importFile>[3]
      >['onProgress'] = (progress) => display?.show({ ...progress, duplicates: 0 });
      try {
        const result = await session.suppressions.importFile(source, given, session.by, {
          format,
          encoding,
          columns,
          country,
          signal,
          onProgress,
        });
        display?.end();
        const code = sayImport(output, file.name, result);
        return signal.aborted ? interruption.code() : code;
      } finally {
        source.destroy();
      }
    }),
  );
}

function columnsBy(
  { map = [], ignore = [], encoding }: ImportOptions,
  output: Output,
): ColumnChoices | undefined {
  const choices = map.map(readChoice);
  const wrong = [
    ...choices.flatMap((choice) => (choice.ok ? [] : [`--map: expected ${choice.expected}`])),
    ...(encoding !== undefined && encodingNamed(encoding) === undefined
      ? [`--encoding: expected ${ENCODING_EXPECTED}`]
      : []),
  ];
  for (const line of wrong) output.remark(line);
  if (wrong.length > 0) return undefined;
  const pairs = choices.flatMap((choice) => (choice.ok ? [[choice.column, choice.as]] : []));
  return { map: Object.fromEntries(pairs), ignore };
}

/** Says what an import has stored, and why it ended early if it did. */
function sayImport(output: Output, name: string, result: SuppressionImport): ExitCode {
  const { report } = result;
  switch (result.kind) {
    case 'imported':
      output.result(describeReport(report), report);
      return EXIT.ok;
    case 'unusable':
      output.remark(describeUnusable(name, result.problems));
      return ended(output, 'unusable', report, EXIT.invalid);
    case 'broken_off':
      output.remark(`${name}: it could not be read to its end.`);
      return ended(output, 'broken_off', report, EXIT.other);
    case 'no_room':
      output.remark('Redis has no room for more entries now. Run the same command again later.');
      return ended(output, 'no_room', report, EXIT.other);
    default:
      return result satisfies never;
  }
}

function ended(output: Output, error: string, report: SuppressionReport, code: ExitCode): ExitCode {
  output.remark(`What was stored before stays: ${described(report)}.`);
  output.result('', { error, ...report });
  return code;
}

function describeUnusable(name: string, problems: readonly FileProblem[]): string {
  return printableLines([
    `${name} cannot be imported:`,
    ...problems.map((problem) => `  ${describeRowProblem(problem)}`),
  ]);
}

function describeReport(report: SuppressionReport): string {
  const { rejected, rejectedBy, warned, warnings } = report;
  return printableLines([
    `${described(report)}.`,
    warned > 0 && `${counted(warned, 'row')} with something that cannot be read and was left out:`,
    ...describeRowReasons(warnings).map((line) => `  ${line}`),
    rejected > 0 && `${counted(rejected, 'row')} rejected:`,
    ...describeRowReasons(rejectedBy).map((line) => `  ${line}`),
  ]);
}

function described({ rows, added, replaced, kept }: SuppressionReport): string {
  return `${counted(rows, 'row')} taken, ${counted(added, 'new entry', 'new entries')}, ${whole(replaced)} changed, ${whole(kept)} were so already`;
}

export interface ExportOptions {
  out?: string;
  json?: boolean;
}

/** Writes the whole list, as keyed hashes. */
export async function exportSuppressionList({ out, json }: ExportOptions): Promise<ExitCode> {
  return withSuppressions({ json }, async ({ suppressions, output, by }) => {
    const text = Readable.from(await suppressions.exported(by), { objectMode: false });
    if (out === undefined) {
      await pipeline(text, process.stdout, { end: false });
      return EXIT.ok;
    }
    try {
      await pipeline(text, createWriteStream(out));
    } catch (error) {
      const { code, syscall } = error as { code?: unknown; syscall?: unknown };
      if (syscall !== 'open' && syscall !== 'write') throw error;
      output.remark(`${out} cannot be written (${String(code)})`);
      output.result('', { error: 'unwritable' });
      return EXIT.invalid;
    }
    output.result(`Written to ${out}.`, { out });
    return EXIT.ok;
  });
}
