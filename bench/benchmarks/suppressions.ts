import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Benchmark } from '../harness/benchmark.js';
import { writeRecipientFile } from '../harness/recipientFile.js';
import { Results } from '../harness/results.js';
import { redisUsedBytes } from '../harness/usage.js';
import type { Imported, ImporterTask } from '../parts/importer.js';

const IMPORT = 'import of a file of emails';
const AGAIN = 'the same file again';

type Column = 'seconds' | 'entries a second' | 'bytes each' | 'peak MB resident';

/* What Redis allocates is the difference of its used_memory over all entries: keys, tables and all. */
export const benchmark: Benchmark = {
  about: 'importing a million addresses into the suppression list, and what Redis holds for each',
  async run(stage) {
    // Fewer entries than hashes would each pay for a hash of its own, which says nothing of a long list.
    const rows = stage.quick ? 5_000 : 1_000_000;
    const columns = ['seconds', 'entries a second', 'bytes each', 'peak MB resident'] as const;
    const results = new Results<Column>('entries of the suppression list', columns);
    if (!stage.quick) results.goal(IMPORT, { column: 'bytes each', atMost: 60 });
    const folder = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-bench-'));
    const file = path.join(folder, 'stop.csv');
    try {
      await writeRecipientFile({ path: file, rows });
      const deployment = await stage.deployment();
      const empty = await redisUsedBytes(deployment.redis);
      for (const what of [IMPORT, AGAIN]) {
        stage.say(what);
        const { redisUrl, prefix } = deployment;
        const task = { redisUrl, prefix, file } satisfies ImporterTask;
        const importer = stage.part<Imported>('suppressionImporter', task);
        const { seconds, peakBytes } = await importer.next();
        await importer.stop();
        results.note(what, 'seconds', seconds);
        results.note(what, 'entries a second', rows / seconds);
        results.note(what, 'peak MB resident', peakBytes / 1e6);
        const bytes = (await redisUsedBytes(deployment.redis)) - empty;
        results.note(what, 'bytes each', bytes / rows);
      }
      await deployment.remove();
      return {
        settings: { entries: rows, each: 'an email, on all channels, with a reason of 9 letters' },
        tables: [results.table()],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
