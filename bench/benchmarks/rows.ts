import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse';
import type { Benchmark } from '../harness/benchmark.js';
import type { Deployment } from '../harness/deployment.js';
import { writeRecipientFile } from '../harness/recipientFile.js';
import { Results } from '../harness/results.js';
import type { Stage } from '../harness/stage.js';
import { redisUsedBytes } from '../harness/usage.js';
import type { Imported, ImporterTask } from '../parts/importer.js';

const BULK = 1_000;
const IMPORTED = 'waiting rows of a campaign';
const PLAIN = 'waiting jobs of a plain queue (addBulk)';

/** What Redis allocates, as differences of its used_memory over all rows: keys, tables and all. */
export const benchmark: Benchmark = {
  about: 'what Redis holds for a campaign’s row that waits, beside a job with the same data',
  async run(stage) {
    const rows = stage.quick ? 5_000 : 100_000;
    const runs = stage.quick ? 1 : 3;
    const results = new Results<'bytes each'>('bytes of Redis memory a recipient', ['bytes each']);
    results.goal(IMPORTED, { column: 'bytes each', atMost: 60 });
    const folder = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-bench-'));
    const file = path.join(folder, 'rows.csv');
    try {
      await writeRecipientFile({ path: file, rows });
      for (let run = 1; run <= runs; run += 1) {
        stage.say(`run ${run} of ${runs}`);
        for (const [what, fill] of [
          [IMPORTED, importFile],
          [PLAIN, addPlainJobs],
        ] as const) {
          const deployment = await stage.deployment();
          const empty = await redisUsedBytes(deployment.redis);
          await fill(stage, deployment, file);
          results.note(
            what,
            'bytes each',
            ((await redisUsedBytes(deployment.redis)) - empty) / rows,
          );
          await deployment.remove();
        }
      }
      return {
        settings: { rows, each: 'email, contact id, two short variables' },
        tables: [results.table()],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function importFile(
  stage: Stage,
  { redisUrl, prefix }: Deployment,
  file: string,
): Promise<void> {
  const task = { redisUrl, prefix, file } satisfies ImporterTask;
  const importer = stage.part<Imported>('importer', task);
  await importer.next();
  await importer.stop();
}

async function addPlainJobs(_stage: Stage, deployment: Deployment, file: string): Promise<void> {
  let jobs: object[] = [];
  const add = async () => {
    await deployment.addPlainJobs('plain', jobs);
    jobs = [];
  };
  for await (const record of createReadStream(file).pipe(parse({ from: 2 }))) {
    const [email, externalContactId, orderNumber, status] = record as string[];
    jobs.push({
      recipient: { email, externalContactId },
      template: 'order-update',
      variables: { orderNumber, status },
    });
    if (jobs.length === BULK) await add();
  }
  if (jobs.length > 0) await add();
}
