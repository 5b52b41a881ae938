import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Benchmark } from '../harness/benchmark.js';
import { writeRecipientFile } from '../harness/recipientFile.js';
import { Results } from '../harness/results.js';
import type { Stage } from '../harness/stage.js';
import type { Imported, ImporterTask } from '../parts/importer.js';

const BAD = 0.01;
const DUPLICATE = 0.01;
const IMPORT = 'import into Redis';
const PARSE = 'csv-parse, rows thrown away';
const RATIO = 'import ÷ csv-parse';

type Column = 'rows a second' | 'peak MB resident';

/*
 * Each in a process of its own, which does nothing else: the peak is all that it takes to run the
 * import, Node.js and modules included.
 */
export const benchmark: Benchmark = {
  about: 'importing a campaign’s rows from a CSV file, beside csv-parse alone on the same file',
  async run(stage) {
    const rows = stage.quick ? 20_000 : 1_000_000;
    const runs = stage.quick ? 1 : 3;
    const results = new Results<Column>('rows of a file', ['rows a second', 'peak MB resident']);
    results.goal(RATIO, { column: 'rows a second', atLeast: 0.15 });
    results.goal(IMPORT, { column: 'peak MB resident', atMost: 200 });
    const folder = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-bench-'));
    const file = path.join(folder, 'rows.csv');
    try {
      stage.say(`writing ${rows} rows`);
      await writeRecipientFile({ path: file, rows, bad: BAD, duplicate: DUPLICATE });
      for (let run = 1; run <= runs; run += 1) {
        stage.say(`run ${run} of ${runs}`);
        const parsed = await parseAlone(stage, file);
        const imported = await importInto(stage, file);
        for (const [what, { seconds, peakBytes }] of [
          [PARSE, parsed],
          [IMPORT, imported],
        ] as const) {
          results.note(what, 'rows a second', rows / seconds);
          results.note(what, 'peak MB resident', peakBytes / 1e6);
        }
        results.note(RATIO, 'rows a second', parsed.seconds / imported.seconds);
      }
      return {
        settings: {
          rows: `${rows}, of them ${100 * BAD} % bad and ${100 * DUPLICATE} % duplicates`,
          file: `${Math.round(statSync(file).size / 1e6)} MB: email, contact id, two variables`,
        },
        tables: [results.table()],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function parseAlone(stage: Stage, file: string): Promise<Imported> {
  const parser = stage.part<Imported>('csvParser', { file });
  const parsed = await parser.next();
  await parser.stop();
  return parsed;
}

async function importInto(stage: Stage, file: string): Promise<Imported> {
  const deployment = await stage.deployment();
  const { redisUrl, prefix } = deployment;
  const importer = stage.part<Imported>('importer', {
    redisUrl,
    prefix,
    file,
  } satisfies ImporterTask);
  const imported = await importer.next();
  await importer.stop();
  await deployment.remove();
  return imported;
}
