import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { actAsPart } from '../harness/part.js';
import { peakResidentBytes } from '../harness/usage.js';
import type { Imported } from './importer.js';

/** Baseline: csv-parse reads the file and does nothing with the rows, the quickest way it has. */
actAsPart<{ file: string }, Imported>(async ({ file }, report) => {
  let records = 0;
  const startedAt = performance.now();
  const parser = createReadStream(file).pipe(parse());
  parser.on('data', () => {
    records += 1;
  });
  await new Promise((resolve, reject) => parser.on('end', resolve).on('error', reject));
  const seconds = (performance.now() - startedAt) / 1_000;
  report({ seconds, rows: records - 1, peakBytes: peakResidentBytes() });
});
