import { isNestedTooDeeply } from '../ops/jsonNesting.js';
import {
  type Cell,
  csvHeader,
  csvLines,
  DEFAULT_SEPARATOR,
  type ExportFormat,
  ndjsonLines,
} from './exportFormat.js';
import { isReportColumn, REJECTED_BECAUSE_COLUMN, REJECTED_ROW_COLUMN } from './import/columns.js';
import { describeProblems, type RejectedLayout, type RejectedRow } from './rejectedRow.js';
import type { RowStore } from './rowStore.js';

/**
 * The rows that an import has rejected, as they were, each with its row number and what is wrong
 * with it in columns of their own. In the format in which they came, they can be corrected and
 * uploaded as they stand; import passes those columns over.
 *
 * The CSV has the separator of the file, and says that it is UTF-8 in a way that spreadsheets
 * understand: it is made to be opened there.
 */
export async function* exportRejected(
  rows: Pick<RowStore, 'rejectedLayout' | 'rejected'>,
  campaignId: string,
  format: ExportFormat,
): AsyncGenerator<string> {
  const layout = await rows.rejectedLayout(campaignId);
  const columns = columnsOf(layout);
  const separator = layout?.separator ?? DEFAULT_SEPARATOR;
  if (format === 'csv') {
    yield csvHeader([...REPORT_COLUMNS, ...columns.map(({ name }) => name)], separator);
  }
  for await (const page of rows.rejected(campaignId)) {
    if (format === 'csv')
      yield csvLines(
        page.map((row) => csvRow(row, columns)),
        separator,
      );
    else if (layout?.format === 'ndjson') yield page.map(taggedLine).join('');
    else yield ndjsonLines(page.map((row) => objectOf(row, columns)));
  }
}

interface Column {
  name: string;
  at: number;
}

const REPORT_COLUMNS = [REJECTED_ROW_COLUMN, REJECTED_BECAUSE_COLUMN] as const;

/** The file's own columns; those of an earlier export would say what was wrong before. */
function columnsOf(layout: RejectedLayout | undefined): Column[] {
  if (layout?.format === 'ndjson') return [{ name: 'line', at: 0 }];
  const columns = (layout?.header ?? []).map((name, at) => ({ name, at }));
  return columns.filter(({ name }) => !isReportColumn(name));
}

/** What a row has beyond its columns comes last: it is what has to be mended. */
function csvRow(row: RejectedRow, columns: readonly Column[]): Cell[] {
  const last = Math.max(-1, ...columns.map(({ at }) => at));
  const own = columns.map(({ at }) => row.cells[at] ?? '');
  const beyond = row.cells.slice(last + 1);
  const filled = beyond.slice(0, beyond.findLastIndex((cell) => cell.trim() !== '') + 1);
  return [row.number, describeProblems(row.problems), ...own, ...filled];
}

function objectOf(row: RejectedRow, columns: readonly Column[]): object {
  return Object.fromEntries([
    [REJECTED_ROW_COLUMN, row.number],
    [REJECTED_BECAUSE_COLUMN, describeProblems(row.problems)],
    ...columns.map(({ name, at }) => [name, row.cells[at] ?? '']),
  ]);
}

/**
 * A line of NDJSON with the report at its beginning. The rest stays letter by letter: to parse a
 * number and print it again may change it.
 */
function taggedLine(row: RejectedRow): string {
  const line = row.cells[0]?.trim() ?? '';
  const report = {
    [REJECTED_ROW_COLUMN]: row.number,
    [REJECTED_BECAUSE_COLUMN]: describeProblems(row.problems),
  };
  const names = namesIn(line);
  if (names === undefined) return ndjsonLines([{ ...report, line }]);
  if (names.some(isReportColumn)) {
    const others = Object.entries(JSON.parse(line) as object).filter(
      ([name]) => !isReportColumn(name),
    );
    return ndjsonLines([Object.fromEntries([...Object.entries(report), ...others])]);
  }
  const rest = line.slice(1).trimStart();
  return `${JSON.stringify(report).slice(0, -1)}${rest.startsWith('}') ? '' : ','}${rest}\n`;
}

/** The names in an object, or undefined when it is none. */
function namesIn(line: string): string[] | undefined {
  if (isNestedTooDeeply(line)) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? Object.keys(value) : undefined;
  } catch {
    return undefined;
  }
}
