import { type Command, Option } from 'commander';
import { LARGEST_LOOK_UP } from '../../campaign/dryRun/forecast.js';
import { CAMPAIGN_EXIT_CODES, type ExitCode } from '../exitCodes.js';
import type { StatusOptions } from './follow.js';
import type { RunOptions } from './runOptions.js';
import type {
  FileOptions,
  ReasonOptions,
  RetryOptions,
  StartOptions,
  StepOptions,
} from './steps.js';

/** What the commands share with all others of the program. */
export interface CommandParts {
  exitWith(code: ExitCode): void;
  collect(value: string, before?: string[]): string[];
  wholeNumber(min: number, max: number): (text: string) => number;
}

const JSON_OPTION = ['--json', 'answer with one JSON document'] as const;

/** `notifier campaign …`. Each command is loaded only when it is used. */
export function addCampaign(program: Command, parts: CommandParts): void {
  const campaign = program
    .command('campaign')
    .description('send one template to all recipients in a file, and see what became of each');
  addRun(campaign, parts);
  addStatus(campaign, parts);
  addSteps(campaign, parts);
  addReports(campaign, parts);
}

const NO_UNSUBSCRIBE = [
  '--no-unsubscribe <reason>',
  'start although its emails have no link to unsubscribe; the reason is kept',
] as const;

function addRun(campaign: Command, { exitWith, collect, wholeNumber }: CommandParts): void {
  campaign
    .command('run')
    .description('import a file, say what would happen, ask, send, and follow it to its end')
    .argument('<file>', 'CSV or NDJSON, gzip or not; - is standard input')
    .requiredOption('--template <name>', 'what to send, such as follow-up')
    .option('--name <name>', 'what people call it; the name of the file when left out')
    .option('--id <id>', 'your own id; follows from the file and its settings when left out')
    .option('--channels <list>', 'fallback order, such as web,email')
    .option('--var <name=value>', 'a variable for rows that have none; may be repeated', collect)
    .option('--no-history', 'send even if no earlier conversation is found')
    .addOption(new Option('--format <format>', 'of the file').choices(['csv', 'ndjson']))
    .option('--map <column=field>', 'what a column means; may be repeated', collect)
    .option('--ignore <column>', 'a column to pass over; may be repeated', collect)
    .option(
      '--encoding <name>',
      'of the file, such as windows-1252; UTF-8 and UTF-16 are found out',
    )
    .option('--dry-run', 'import, show what would happen, and send nothing')
    .option(
      '--sample <n>',
      `with --dry-run: look so many customers up, at most ${LARGEST_LOOK_UP}`,
      wholeNumber(1, LARGEST_LOOK_UP),
    )
    .option('--start-at <time>', 'not before this time, ISO 8601')
    .option('--end-at <time>', 'not after this time, ISO 8601')
    .addOption(
      new Option('--prefetch <choice>', 'fetch in bulk what rows look up').choices(['auto', 'off']),
    )
    .option('--yes', 'start without asking')
    .option('--accept-rejected', 'with --yes: start although over a tenth of the rows are rejected')
    .option(...NO_UNSUBSCRIBE)
    .option(...JSON_OPTION)
    .addHelpText('after', CAMPAIGN_EXIT_CODES)
    .action(async (file: string, options: RunOptions) => {
      const { runCampaign } = await import('./run.js');
      exitWith(await runCampaign(file, options));
    });
}

function addStatus(campaign: Command, { exitWith, wholeNumber }: CommandParts): void {
  campaign
    .command('status')
    .description('show one campaign, or list all, the newest first')
    .argument('[id]', 'a campaign')
    .option('--follow', 'watch it to its end')
    .option('--limit <n>', 'how many to list', wholeNumber(1, 100), 20)
    .option(...JSON_OPTION)
    .action(async (id: string | undefined, options: StatusOptions) => {
      const { campaignStatus } = await import('./follow.js');
      exitWith(await campaignStatus(id, options));
    });
}

function addSteps(campaign: Command, { exitWith }: CommandParts): void {
  campaign
    .command('start')
    .description('start one whose rows are imported')
    .argument('<id>')
    .option('--at <time>', 'not before this time, ISO 8601')
    .option('--accept-rejected', 'although over a tenth of the rows of its file were rejected')
    .option(...NO_UNSUBSCRIBE)
    .option(...JSON_OPTION)
    .action(async (id: string, options: StartOptions) => {
      const { startCampaign } = await import('./steps.js');
      exitWith(await startCampaign(id, options));
    });
  campaign
    .command('pause')
    .description('stop its sending within a second; what is on the wire arrives')
    .argument('<id>')
    .option('--reason <text>', 'why, for the readers of its status')
    .option(...JSON_OPTION)
    .action(async (id: string, options: ReasonOptions) => {
      const { pauseCampaign } = await import('./steps.js');
      exitWith(await pauseCampaign(id, options));
    });
  campaign
    .command('resume')
    .description('let it go on')
    .argument('<id>')
    .option(...JSON_OPTION)
    .action(async (id: string, options: StepOptions) => {
      const { resumeCampaign } = await import('./steps.js');
      exitWith(await resumeCampaign(id, options));
    });
  campaign
    .command('cancel')
    .description('end it for good; what was not sent is not sent any more')
    .argument('<id>')
    .option('--reason <text>', 'why, for the readers of its status')
    .option(...JSON_OPTION)
    .action(async (id: string, options: ReasonOptions) => {
      const { cancelCampaign } = await import('./steps.js');
      exitWith(await cancelCampaign(id, options));
    });
}

function addReports(campaign: Command, { exitWith }: CommandParts): void {
  const format = () =>
    new Option('--format <format>', "by the file's name, else csv").choices(['csv', 'ndjson']);
  campaign
    .command('results')
    .description('what became of every row')
    .argument('<id>')
    .option('--out <file>', 'write it to this file')
    .addOption(format())
    .action(async (id: string, options: FileOptions) => {
      const { campaignResults } = await import('./steps.js');
      exitWith(await campaignResults(id, options));
    });
  campaign
    .command('rejected')
    .description('the rows that were rejected, to be corrected and imported')
    .argument('<id>')
    .option('--out <file>', 'write it to this file')
    .addOption(format())
    .action(async (id: string, options: FileOptions) => {
      const { campaignRejected } = await import('./steps.js');
      exitWith(await campaignRejected(id, options));
    });
  campaign
    .command('retry')
    .description(
      'try rows again that surely did not reach the customer, and list those that stay as they are',
    )
    .argument('<id>')
    .requiredOption('--states <list>', 'from failed, expired, undelivered, skipped')
    .option('--until <time>', 'until when they may be sent, ISO 8601')
    .option(...JSON_OPTION)
    .action(async (id: string, options: RetryOptions) => {
      const { retryCampaign } = await import('./steps.js');
      exitWith(await retryCampaign(id, options));
    });
}
