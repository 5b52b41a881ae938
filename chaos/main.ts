import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { CommanderError, Option, Command as Program } from 'commander';
import { printFacts } from '../bench/harness/print.js';
import type { ChaosSettings, Fault } from './harness/fault.js';
import { printFinding, printNotes, printTable } from './harness/print.js';
import type { RedisTools, ServerName } from './harness/redisServer.js';
import { type Outcome, runFault } from './harness/run.js';

const FOLDER = new URL('./faults/', import.meta.url);
/** What no promise allows. */
const BROKEN = new Set(['sent twice', 'lost', 'untrue']);

interface Options {
  notifications: number;
  seed: number;
  workers: number;
  outage: number;
  settle: number;
  faults?: string;
  unknown: 'hold' | 'resend';
  before?: string;
  redis?: ServerName;
  json?: string;
}

/**
 * Strikes a deployment of the built product, one fault after the other, and says what became of every
 * notification. The table goes to standard output, progress to standard error. The exit code is 1 when a promise was
 * broken.
 */
export async function runChaos(
  args: readonly string[],
  tools: RedisTools,
  interrupted: AbortSignal,
): Promise<void> {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.js'))
    .map((file) => file.replace(/\.js$/, ''));
  const program = new Program('npm run chaos --')
    .option('--notifications <n>', 'for each fault', wholeNumber, 200)
    .option(
      '--seed <n>',
      'repeats what is planned: who is written to, and what is struck when',
      wholeNumber,
      1,
    )
    .option('--faults <names>', `of ${names.join(', ')}; all when left out`)
    .option('--workers <n>', 'processes that send', wholeNumber, 3)
    .option(
      '--outage <seconds>',
      'how long a process stays frozen and a network silent',
      Number,
      60,
    )
    .option(
      '--settle <seconds>',
      'how long after the last fault a notification may take to its end',
      Number,
      240,
    )
    .addOption(
      new Option(
        '--unknown <policy>',
        'what becomes of an unknown that is surely not on the platform',
      )
        .choices(['hold', 'resend'])
        .default('resend'),
    )
    .option(
      '--before <commit>',
      'the version that a rolling update begins with; the newest tag when left out',
    )
    .option('--redis <server>', 'the Redis to start, such as valkey-8; the usual one when left out')
    .option('--json <file>', 'write everything to this file, too')
    .exitOverride()
    .action(async (options: Options) => {
      const asked = options.faults?.split(',') ?? names;
      const unknown = asked.filter((name) => !names.includes(name));
      if (unknown.length > 0) program.error(`no fault ${unknown.join(', ')}; see --help`);
      await runAll(asked, options, tools, interrupted);
    });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode;
  }
}

async function runAll(
  names: readonly string[],
  options: Options,
  tools: RedisTools,
  interrupted: AbortSignal,
): Promise<void> {
  const { notifications, seed, workers, before, redis } = options;
  const settings: ChaosSettings = {
    notifications,
    seed,
    workers,
    before,
    redis,
    unknownPolicy: options.unknown,
    outageMs: options.outage * 1_000,
    settleMs: options.settle * 1_000,
  };
  const conditions = {
    date: new Date().toISOString(),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(1)} GB`,
    'load before': loadavg()[0]?.toFixed(2) ?? 'unknown',
    node: process.version,
    run: `${notifications} notifications a fault, seed ${seed}, ${workers} workers, UNKNOWN_POLICY=${options.unknown}`,
  };
  process.stdout.write(`${printFacts(conditions)}\n`);
  const outcomes: Outcome[] = [];
  try {
    for (const name of names) {
      const { fault } = (await import(new URL(`${name}.js`, FOLDER).href)) as { fault: Fault };
      process.stderr.write(`${name} …\n`);
      outcomes.push(await runFault(name, fault, settings, { tools, interrupted }));
      report(outcomes.at(-1));
    }
  } finally {
    process.stdout.write(`\n${printTable(outcomes)}\n\n${printNotes(outcomes)}\n`);
    const { json } = options;
    if (json !== undefined) {
      writeFileSync(json, `${JSON.stringify({ conditions, settings, outcomes }, undefined, 2)}\n`);
    }
  }
  if (outcomes.some(({ verdict }) => verdict?.findings.some(({ kind }) => BROKEN.has(kind)))) {
    process.exitCode = 1;
  }
}

/** What broke a promise, and where all ended. */
function report(outcome: Outcome | undefined): void {
  if (outcome === undefined) return;
  const { name, verdict, notHere } = outcome;
  for (const finding of verdict?.findings ?? []) {
    if (BROKEN.has(finding.kind)) process.stdout.write(`\n${printFinding(name, finding)}\n`);
  }
  process.stderr.write(`${name}: ${JSON.stringify(verdict?.states ?? notHere)}\n`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new CommanderError(1, 'chaos.number', `${text} is no whole number`);
  return value;
}
