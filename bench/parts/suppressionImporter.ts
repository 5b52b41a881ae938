import { createReadStream } from 'node:fs';
import { openConsent } from '#product/app/openConsent.js';
import { openProducer } from '#product/app/openProducer.js';
import { loadConfig } from '#product/config.js';
import { BENCH_SECRET } from '../harness/deployment.js';
import { actAsPart } from '../harness/part.js';
import { peakResidentBytes } from '../harness/usage.js';
import type { Imported, ImporterTask } from './importer.js';

const GIVEN = { reason: 'Benchmark' };

/** Imports the emails of a file into the suppression list. Reports how that went. */
actAsPart<ImporterTask, Imported>(async ({ redisUrl, prefix, file }, report) => {
  const env = { REDIS_URL: redisUrl, QUEUE_PREFIX: prefix, NOTIFIER_SECRET: BENCH_SECRET };
  const loaded = loadConfig(env, 'api');
  if (!loaded.ok) throw new Error('the configuration of the benchmark is wrong');
  const producer = openProducer(loaded.config);
  const suppressions = openConsent(loaded.config, producer);
  await suppressions.summary();
  const startedAt = performance.now();
  const columns = { ignore: ['External Contact ID'] };
  const by = { name: 'bench', from: 'cli' } as const;
  const source = createReadStream(file);
  const result = await suppressions.importFile(source, GIVEN, by, { columns });
  const seconds = (performance.now() - startedAt) / 1_000;
  if (result.kind !== 'imported') throw new Error(`the import was not done: ${result.kind}`);
  await producer.close();
  report({ seconds, rows: result.report.added, peakBytes: peakResidentBytes() });
});
