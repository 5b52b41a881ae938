import { cpus, loadavg } from 'node:os';
import { CommanderError, Command as Program } from 'commander';
import { findingText, runSession, type TargetResult } from './harness/run.js';
import type { Target } from './harness/target.js';
import { startWatchdog } from './harness/watchdog.js';

const TARGETS = ['api', 'imports', 'templates', 'platform', 'patterns'] as const;

interface Options {
  cases: number;
  seed: number;
  target: string;
  only?: string;
  path?: string;
}

/**
 * Throws drawn and mutated cases at every place where texts and bytes of others come in. The table goes to
 * standard output, progress to standard error. The exit code is 1 when something was found.
 */
export async function runFuzz(
  args: readonly string[],
  findRedis: () => Promise<{ url: string; stop(): Promise<void> }>,
): Promise<void> {
  const program = new Program('npm run fuzz --')
    .option('--cases <n>', 'in all, shared among the targets', wholeNumber, 20_000)
    .option('--seed <n>', 'the same one draws the same cases; drawn when left out', wholeNumber)
    .option('--target <name>', `${TARGETS.join(', ')} or all`, 'all')
    .option('--only <property>', 'of the target, by its name')
    .option('--path <path>', 'leads to the one case that a finding names')
    .exitOverride()
    .action(async (given: Options) => {
      const names = given.target === 'all' ? TARGETS : TARGETS.filter((n) => n === given.target);
      if (names.length === 0) program.error(`no target ${given.target}; see --help`);
      const redis = await findRedis();
      try {
        await runAll(names, { ...given, seed: given.seed ?? drawnSeed() }, redis.url);
      } finally {
        await redis.stop();
      }
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
  { cases, seed, only, path }: Options,
  redisUrl: string,
): Promise<void> {
  const load = loadavg()[0]?.toFixed(2) ?? 'unknown';
  process.stdout.write(
    `${cases} cases, seed ${seed}; ${cpus().length} processors, load ${load}, node ${process.version}\n`,
  );
  const watchdog = startWatchdog(seed);
  const rows: string[] = [];
  for (const name of names) {
    const { target } = (await import(`./targets/${name}.js`)) as { target: Target };
    const session = await target.open({ redisUrl });
    const began = performance.now();
    let result: TargetResult;
    try {
      result = await runSession(session, {
        cases: Math.ceil(cases / names.length),
        seed,
        only,
        path,
        onProperty: (property, tried) => {
          const found = tried.findings.length === 0 ? 'nothing' : String(tried.findings.length);
          process.stderr.write(`${name}, ${property}: ${tried.cases} cases, found ${found}\n`);
        },
      });
    } finally {
      await session.close();
    }
    for (const finding of result.findings) {
      process.stdout.write(`\n${findingText(name, finding)}\n`);
    }
    if (result.findings.length > 0) process.exitCode = 1;
    const seconds = ((performance.now() - began) / 1_000).toFixed(0);
    rows.push(
      `| ${name} | ${result.cases} | ${result.findings.length} | ${Math.round(result.slowestMs)} ms | ${seconds} s |`,
    );
  }
  watchdog.stop();
  const head = '| target | cases | findings | slowest case | time |\n|---|---|---|---|---|';
  process.stdout.write(`\n${head}\n${rows.join('\n')}\n`);
}

function drawnSeed(): number {
  return Math.floor(Math.random() * 1_000_000_000);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new CommanderError(1, 'fuzz.number', `${text} is no whole number`);
  return value;
}
