import type { TemplateManifest } from '../../templates/manifest.js';
import type { ColumnContext } from './columnChoices.js';
import { CsvRows } from './csvRows.js';
import { NdjsonRows } from './ndjsonRows.js';
import type { RowSource } from './readRow.js';
import { UnusableFileError } from './unusable.js';

/** What reads a file that begins with `head`, by the format given or else by its first character. */
export function openRows(
  head: string,
  format: 'csv' | 'ndjson' | undefined,
  manifest: TemplateManifest,
  context: ColumnContext,
): RowSource {
  if (/^\s*\[\s*\{/.test(head)) {
    throw new UnusableFileError({
      expected: 'NDJSON: one object a line, without brackets around and commas between them',
    });
  }
  const isNdjson = format === undefined ? /^\s*\{/.test(head) : format === 'ndjson';
  return isNdjson ? new NdjsonRows(manifest, context) : new CsvRows(manifest, context);
}
