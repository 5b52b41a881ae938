import { openCampaigns, openProducer } from '../app/openProducer.js';
import { openRecovery } from '../app/openRecovery.js';
import {
  NOT_FOUND_CHOICES,
  type RecoverOptions,
  type RecoverResult,
  type RecoveryReport,
} from '../recovery/recovery.js';
import { recoveryView } from '../recovery/recoveryView.js';
import { configurationFor, reportRedisFault, untilRedisAnswers } from './deploymentCommand.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { commandLine, type Output, operator, outputFor } from './output.js';
import { counted, whole } from './terminal.js';

export interface RecoverCommandOptions {
  since?: string;
  notFound: string;
  dryRun?: boolean;
  json?: boolean;
}

const SAID_EVERY = 5_000;

/** After Redis went back in time: has what may have been sent looked for, and lets the sending go on. */
export async function recover(options: RecoverCommandOptions): Promise<ExitCode> {
  const since = options.since === undefined ? undefined : Date.parse(options.since);
  if (Number.isNaN(since))
    return wrongUsage('--since', 'an ISO time, such as 2026-11-22T09:30:00Z');
  const notFound = NOT_FOUND_CHOICES.find((choice) => choice === options.notFound);
  if (notFound === undefined) return wrongUsage('--not-found', NOT_FOUND_CHOICES.join(' or '));
  const output = outputFor(options.json === true);
  const { dryRun = false } = options;
  return withRecovery(output, async (run) => {
    let said = 0;
    const onProgress = ({ looked, doubted }: { looked: number; doubted: number }) => {
      if (looked < said + SAID_EVERY) return;
      said = looked;
      output.progress(`${whole(looked)} looked at, ${whole(doubted)} of them in doubt`);
    };
    const result = await run({ since, notFound, dryRun, by: operator(), onProgress });
    return say(output, result, dryRun);
  });
}

async function withRecovery(
  output: Output,
  command: (run: (options: RecoverOptions) => Promise<RecoverResult>) => Promise<ExitCode>,
): Promise<ExitCode> {
  // Whether the HTTP API could start with this configuration does not matter here.
  const config = configurationFor('api', { ...process.env, API_HOST: undefined });
  if (config === undefined) return EXIT.configuration;
  const producer = openProducer(config);
  try {
    await untilRedisAnswers(() => producer.ping());
    const recovery = openRecovery(config, producer, openCampaigns(config, producer));
    return await command((options) => recovery.run(options));
  } catch (error) {
    const code = reportRedisFault(error, output);
    if (code === undefined) throw error;
    output.remark('The sending stays paused. Run it again: it goes on where that is needed.');
    return code;
  } finally {
    await producer.close();
  }
}

function wrongUsage(option: string, expected: string): ExitCode {
  process.stderr.write(`${option}: expected ${expected}\n`);
  return EXIT.invalid;
}

function say(output: Output, result: RecoverResult, dryRun: boolean): ExitCode {
  switch (result.kind) {
    case 'not_needed':
      output.remark(
        'Nothing to do: no worker has noticed that Redis went back in time. If you know that it did, say up to when it knows what happened: --since.',
      );
      output.result('', { error: result.kind });
      return EXIT.other;
    case 'needs_since':
      output.remark(
        'Redis has lost everything, so it does not say up to when it knew what happened. Give --since: the time of the last line in the logs of the workers that you trust.',
      );
      output.result('', { error: result.kind });
      return EXIT.invalid;
    case 'dry_run':
    case 'recovered':
      output.result(describe(result.report, dryRun), recoveryView(result.report, dryRun));
      return result.report.campaigns.length === 0 ? EXIT.ok : EXIT.unknown;
    default:
      return result satisfies never;
  }
}

function describe(report: RecoveryReport, dryRun: boolean): string {
  const { lost, putBack, silent, looked, doubted, campaigns } = report;
  const iso = (ms: number) => new Date(ms).toISOString();
  return [
    `Of the time from ${iso(lost.since)} to ${iso(lost.until)} Redis knows nothing.`,
    `Workers that lived through it have put back ${counted(putBack, 'notification')}.`,
    ...(silent === 0 ? [] : [`${counted(silent, 'worker')} did not answer in time.`]),
    `${counted(looked, 'notification')} had not ended; ${whole(doubted)} may have been sent: ${
      dryRun ? 'they would become' : 'they are'
    } unknown until Genesys Cloud was asked about them.`,
    ...campaigns.map(
      ({ id, waiting, released, rememberedRow }) =>
        `Campaign ${id} ${dryRun ? 'would be' : 'is'} paused: ${whole(waiting)} rows wait, and ${whole(released)} are released, as far as Redis knows${
          rememberedRow === undefined ? '' : `; a worker remembers row ${whole(rememberedRow)}`
        }. Rows that wait may have been sent.`,
    ),
    dryRun
      ? 'Nothing was changed.'
      : `The sending goes on. What is unknown, and why: ${commandLine('unknowns')}`,
  ].join('\n');
}
