import { readdirSync, writeFileSync } from 'node:fs';
import { CommanderError, Command as Program } from 'commander';
import type { Benchmark, Report } from './harness/benchmark.js';
import { conditionsOf } from './harness/conditions.js';
import { printFacts, printTable } from './harness/print.js';
import { writeRecipientFile } from './harness/recipientFile.js';
import { Stage } from './harness/stage.js';
import { soak } from './soak/soak.js';

interface FoundRedis {
  url: string;
  source: string;
  stop(): Promise<void>;
}

interface Options {
  quick?: boolean;
  case?: string;
  json?: string;
}

const FOLDER = new URL('./benchmarks/', import.meta.url);

/**
 * Runs the benchmarks that the arguments name, or all, one after the other. Tables go to standard
 * output, progress to standard error. A goal that is missed is a finding, not a failure.
 */
export async function runBenchmarks(
  args: readonly string[],
  findRedis: () => Promise<FoundRedis>,
  interrupted: AbortSignal,
): Promise<void> {
  const names = readdirSync(FOLDER).map((file) => file.replace(/\.js$/, ''));
  const program = new Program('npm run bench --')
    .argument('[names...]', `of ${names.join(', ')}; all when left out`)
    .option('--quick', 'fewer and shorter runs: whether it works, not how well')
    .option('--case <text>', 'only cases with this in their name, where a benchmark has several')
    .option('--json <file>', 'write conditions and numbers to this file, too')
    .exitOverride()
    .action(async (asked: string[], options: Options) => {
      const unknown = asked.filter((name) => !names.includes(name));
      if (unknown.length > 0) program.error(`no benchmark ${unknown.join(', ')}; see --help`);
      const redis = await findRedis();
      try {
        await runAll(asked.length > 0 ? asked : names, redis, options, interrupted);
      } finally {
        await redis.stop();
      }
    });
  try {
    program
      .command('make-rows <count> <file>')
      .description(
        'write a CSV file for a campaign of the template order-update, and measure nothing',
      )
      .option('--bad <share>', 'of rows that are refused, from 0 to 1', Number, 0)
      .option('--duplicates <share>', 'of rows whose recipient stands further up', Number, 0)
      .action((count: string, path: string, shares: { bad: number; duplicates: number }) =>
        writeRecipientFile({
          path,
          rows: Number(count),
          bad: shares.bad,
          duplicate: shares.duplicates,
        }),
      );
    program
      .command('soak')
      .description('work at full speed for so long, and see whether anything grows')
      .option('--minutes <n>', 'how long', Number, 20)
      .action(async ({ minutes }: { minutes: number }) => {
        if (!(minutes > 0)) program.error('--minutes: expected more than 0');
        const redis = await findRedis();
        try {
          await runSoak(redis, minutes, interrupted);
        } finally {
          await redis.stop();
        }
      });
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode;
  }
}

async function runAll(
  names: readonly string[],
  redis: FoundRedis,
  { quick = false, case: only, json }: Options,
  interrupted: AbortSignal,
): Promise<void> {
  const conditions = { ...(await conditionsOf(redis)), runs: quick ? 'quick' : 'full' };
  process.stdout.write(`conditions\n${printFacts(conditions)}\n`);
  const benchmarks: object[] = [];
  for (const name of names) {
    const { benchmark } = (await import(new URL(`${name}.js`, FOLDER).href)) as {
      benchmark: Benchmark;
    };
    const log = (line: string) => process.stderr.write(`${name}: ${line}\n`);
    const stage = new Stage({ quick, only, redisUrl: redis.url, log });
    try {
      const report = await Promise.race([benchmark.run(stage), rejectedBy(interrupted)]);
      process.stdout.write(`\n${printReport(name, benchmark, report)}\n`);
      benchmarks.push({ name, about: benchmark.about, ...report });
    } finally {
      await stage.strike();
    }
  }
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ conditions, benchmarks }, undefined, 2)}\n`);
  }
}

/** Unlike a benchmark's, a goal that is missed is a failure: the exit code is 1. */
async function runSoak(
  redis: FoundRedis,
  minutes: number,
  interrupted: AbortSignal,
): Promise<void> {
  process.stdout.write(`conditions\n${printFacts(await conditionsOf(redis))}\n`);
  const log = (line: string) => process.stderr.write(`soak: ${line}\n`);
  const stage = new Stage({ quick: false, redisUrl: redis.url, log });
  try {
    const { settings, tables } = await Promise.race([
      soak(stage, minutes),
      rejectedBy(interrupted),
    ]);
    process.stdout.write(`\n${[printFacts(settings), ...tables.map(printTable)].join('\n')}\n`);
    const isMissed = tables.some(({ rows }) => rows.some(({ goal }) => goal?.met === false));
    process.exitCode = isMissed ? 1 : 0;
  } finally {
    await stage.strike();
  }
}

function printReport(name: string, { about }: Benchmark, { settings, tables }: Report): string {
  return [`${name}: ${about}`, printFacts(settings), ...tables.map(printTable)].join('\n');
}

async function rejectedBy(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
