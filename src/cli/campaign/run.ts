import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { StepRefused } from '../../campaign/campaignSteps.js';
import type { CreateOutcome } from '../../campaign/campaigns.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import type { DryRun } from '../../campaign/dryRun/campaignDryRun.js';
import { campaignIdFor } from '../../campaign/inbox/fileNames.js';
import type { FieldProblem } from '../../notification/request.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { commandLine } from '../output.js';
import { counted, whole } from '../terminal.js';
import {
  type CampaignSession,
  noSuchCampaign,
  refuseStep,
  withCampaigns,
} from './campaignCommand.js';
import { describeForecast, describeSamples, rowsTried } from './describeCampaignDryRun.js';
import { followToEnd } from './follow.js';
import { type Interruption, onInterruption } from './interruption.js';
import {
  describeImport,
  describeUnusable,
  findFile,
  importFile,
  type RowsFile,
} from './rowsFile.js';
import {
  campaignRequestFrom,
  fileOptionsFrom,
  mappedRunCommand,
  nameFrom,
  type RunOptions,
  readNoUnsubscribe,
  runOptionOf,
  runOptionProblems,
} from './runOptions.js';
import { readTime } from './steps.js';

type Answer = 'yes' | 'no' | 'no-terminal' | 'interrupted';

/**
 * Asks a person at the terminal; Enter alone means no. `no-terminal` when there is none to ask: a script
 * must say beforehand what it wants.
 */
async function confirm(question: string, signal: AbortSignal): Promise<Answer> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return 'no-terminal';
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  // In raw mode Ctrl-C comes as a key, not as a signal to the process.
  const interruption = new AbortController();
  prompt.on('SIGINT', () => interruption.abort());
  prompt.on('close', () => interruption.abort());
  try {
    const answer = await prompt.question(`${question} [y/N] `, {
      signal: AbortSignal.any([signal, interruption.signal]),
    });
    return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
  } catch (error) {
    if ((error as { name?: string }).name !== 'AbortError') throw error;
    process.stdout.write('\n');
    return 'interrupted';
  } finally {
    prompt.close();
  }
}

/**
 * The id of a campaign that was given none: the same file with the same settings is the same campaign,
 * so that a command which is typed twice sends nothing twice. A dry run may be followed by one with
 * other settings, which is why they count. Name and end do not: an end that is counted from now is
 * another one each time, and must be refused in place of being sent once more.
 *
 * Throws what the file system says when the file cannot be read.
 */
async function fileCampaignId(
  path: string,
  { template, channels, variables, history }: Record<string, unknown>,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  const settings = { channels, variables: inOrder(variables), history };
  const others = Object.values(settings).some((value) => value !== undefined) ? [settings] : [];
  return campaignIdFor(basename(path), String(template), hash.digest('hex'), others);
}

function inOrder(variables: unknown): unknown {
  if (variables === undefined) return undefined;
  return Object.entries(variables as object).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** One run of the command, after its options have been found sound. */
interface Run extends CampaignSession {
  id: string;
  path: string;
  file: RowsFile;
  options: RunOptions;
  /** When this very run has made it. */
  newCampaign?: CampaignView;
  startAt?: number;
  interruption: Interruption;
}

/**
 * From a file to a campaign that has ended: makes it, imports the rows, says what would happen, asks,
 * starts it and follows it. It may be called again at any time, with the same file or the same `--id`,
 * and goes on from where the campaign stands.
 */
export async function runCampaign(path: string, options: RunOptions): Promise<ExitCode> {
  const startAt = readTime(options.startAt);
  const problems = [
    ...runOptionProblems(options),
    ...(startAt.ok ? [] : [{ field: '--start-at', expected: startAt.expected }]),
  ];
  return withCampaigns(options, async (session) => {
    if (problems.length > 0) return refuseOptions(session, problems);
    const file = await findFile(path);
    if (typeof file === 'string') return refuseFile(session, file);
    const request = await identified(campaignRequestFrom(options), path, file);
    if (typeof request === 'string') return refuseFile(session, request);
    const { campaigns, to, by } = session;
    const created = await campaigns.create(request, by, nameFrom(path));
    switch (created.kind) {
      case 'invalid':
        return refuseOptions(session, created.problems);
      case 'conflict':
        return refuseConflict(session, created);
      case 'created':
      case 'existing': {
        const { campaign } = created;
        const made = created.kind === 'created' ? { newCampaign: campaign } : {};
        to.write(`Campaign ${campaign.id}\n`);
        const at = startAt.ok && startAt.time !== undefined ? { startAt: startAt.time } : {};
        return onInterruption((interruption) =>
          goOn(
            { ...session, id: campaign.id, path, file, options, ...made, ...at, interruption },
            campaign,
          ),
        );
      }
      default:
        return created satisfies never;
    }
  });
}

/** With an id that follows from the file, unless one is given or the rows come by a pipe; or why not. */
async function identified(
  request: Record<string, unknown>,
  path: string,
  { size, name }: RowsFile,
): Promise<Record<string, unknown> | string> {
  if (request['id'] !== undefined || size === undefined) return request;
  try {
    return { ...request, id: await fileCampaignId(path, request) };
  } catch (error) {
    const { code, syscall } = error as { code?: unknown; syscall?: unknown };
    if (syscall === undefined) throw error;
    return `${name} cannot be read (${String(code)})`;
  }
}

function refuseFile({ output }: CampaignSession, because: string): ExitCode {
  output.remark(because);
  output.result('', { error: 'unreadable_file' });
  return EXIT.invalid;
}

function refuseConflict(
  { output }: CampaignSession,
  { id, state, differs }: Extract<CreateOutcome, { kind: 'conflict' }>,
): ExitCode {
  const options = [...new Set(differs.map(runOptionOf))].join(', ');
  output.remark(`Campaign ${id} (${state}) was made with another ${options}; it stays as it is.
To go on with it, say what was said then; to make another one, give another --id.`);
  output.result('', { error: 'id_conflict', id, state, differs });
  return EXIT.invalid;
}

function refuseOptions({ output }: CampaignSession, problems: readonly FieldProblem[]): ExitCode {
  output.remark('The campaign cannot be made like this:');
  for (const { field, expected } of problems) {
    output.remark(`  ${runOptionOf(field)}: expected ${expected}`);
  }
  output.result('', { error: 'invalid_request', problems });
  return EXIT.invalid;
}

async function goOn(run: Run, campaign: CampaignView): Promise<ExitCode> {
  const { id, options, interruption, output } = run;
  if (campaign.state !== 'importing' && campaign.state !== 'ready') {
    output.remark(
      options.id === undefined
        ? `This file was imported as campaign ${id} at ${campaign.createdAt}, which is ${campaign.state}. Nothing is sent again; to send to the same people once more, give another --id.`
        : 'It was started before; the file is not read again. To send to the same people once more, give another --id.',
    );
    return followToEnd(run, id, interruption);
  }
  const imported = await importRows(run);
  if (typeof imported === 'number') return imported;
  return foresee(run, imported);
}

/** The campaign with its rows, or what to exit with. */
async function importRows(run: Run): Promise<CampaignView | ExitCode> {
  const { id, file, options, newCampaign, output, to, interruption } = run;
  const { signal } = interruption;
  const outcome = await importFile(run, id, file, {
    signal,
    by: run.by,
    ...fileOptionsFrom(options),
  });
  if (
    newCampaign !== undefined &&
    (outcome?.kind === 'unusable' || outcome?.kind === 'broken_off')
  ) {
    // Or its id would be taken by what is not wanted any more.
    await run.campaigns.deleteDraft(newCampaign, run.by);
  }
  switch (outcome?.kind) {
    case undefined:
      return noSuchCampaign(run, id);
    case 'imported':
      to.write(`${describeImport(outcome.campaign, to)}\n`);
      return outcome.campaign;
    case 'unusable':
      output.remark(
        describeUnusable(file, outcome, (suggestions) =>
          mappedRunCommand(run.path, options, suggestions),
        ),
      );
      output.result('', { error: 'rows_refused', id, problems: outcome.problems });
      return EXIT.invalid;
    case 'superseded':
      output.remark('Another import of this campaign has begun since; this one has ended.');
      output.result('', { error: 'superseded', id });
      return EXIT.other;
    case 'broken_off':
      output.remark(
        signal.aborted
          ? 'Interrupted. Nothing was stored, and nothing is sent.'
          : `${file.name} could not be read to its end. Nothing was stored.`,
      );
      output.result('', { error: signal.aborted ? 'interrupted' : 'broken_off', id });
      return signal.aborted ? interruption.code() : EXIT.other;
    case 'refused':
      return refuseStep(run, id, outcome);
    default:
      return outcome satisfies never;
  }
}

async function foresee(run: Run, campaign: CampaignView): Promise<ExitCode> {
  const { campaigns, id, options, to, output } = run;
  const { sample } = options;
  const result = await campaigns.dryRun(id, {
    lookUp: sample,
    onLookUp: ({ customers, requests }) =>
      to.write(
        `Looking up ${counted(customers, 'customer')}: at most ${counted(requests, 'request')} …\n`,
      ),
  });
  if (result === undefined) return noSuchCampaign(run, id);
  if (result.kind === 'refused') return refuseStep(run, id, result);
  const { dryRun } = result;
  const shown = { columns: Math.min(100, to.columns()), assumptions: options.dryRun === true };
  to.write(`\n${describeForecast(dryRun, shown, Date.now())}\n`);
  const wanted =
    options.unsubscribe === true ? await campaigns.preparation.wantsReason(id) : undefined;
  if (wanted !== undefined)
    to.write(`\nIt will not start as it is: ${wanted} (--no-unsubscribe).\n`);
  if (options.dryRun) {
    to.write(
      `${describeSamples(dryRun)}\n\nNothing was sent. To start it:\n  ${startCommand(run, campaign)}\n`,
    );
    output.result('', { campaign, dryRun });
    return EXIT.ok;
  }
  return askAndStart(run, campaign, dryRun);
}

async function askAndStart(run: Run, campaign: CampaignView, dryRun: DryRun): Promise<ExitCode> {
  const { campaigns, id, by, startAt, options, output, to, interruption } = run;
  to.write('\n');
  if (!options.yes) {
    const when = startAt === undefined ? 'now' : `at ${new Date(startAt).toISOString()}`;
    const tried = rowsTried(dryRun);
    const all = counted(dryRun.rows, 'recipient');
    const recipients = tried === dryRun.rows ? all : `${whole(tried)} of ${all}`;
    const doubt = campaign.reason === undefined ? '' : 'Many rows were rejected (see above). ';
    const question = `${doubt}Send to ${recipients} ${when}?`;
    const answer = options.json ? 'no-terminal' : await confirm(question, interruption.signal);
    if (answer !== 'yes') {
      if (answer === 'no-terminal')
        output.remark('There is no terminal to ask at, and --yes was not given.');
      output.remark(`Not started; it is ready. To start it:\n  ${startCommand(run, campaign)}`);
      output.result('', { error: 'not_started', campaign, dryRun });
      return answer === 'interrupted' ? EXIT.interrupted : EXIT.notStarted;
    }
  }
  const why = readNoUnsubscribe(options.unsubscribe);
  const started = await campaigns.start(id, {
    by,
    noUnsubscribe: why.ok ? why.reason : undefined,
    // The person who was asked has seen above how many rows were rejected.
    acceptRejected: options.acceptRejected === true || options.yes !== true,
    at: startAt,
  });
  if (started === undefined) return noSuchCampaign(run, id);
  if (started.kind === 'refused') return notStarted(run, started);
  to.write('Ctrl-C ends the watching; the campaign goes on.\n');
  return followToEnd(run, id, interruption);
}

function notStarted(run: Run, refused: StepRefused): ExitCode {
  const code = refuseStep(run, run.id, refused);
  return refused.needs === undefined ? code : EXIT.notStarted;
}

function startCommand({ id, options }: Run, { reason }: CampaignView): string {
  const at = options.startAt === undefined ? '' : ` --at ${options.startAt}`;
  const accepted = reason === undefined ? '' : ' --accept-rejected';
  return commandLine(`campaign start ${id}${at}${accepted}`);
}
