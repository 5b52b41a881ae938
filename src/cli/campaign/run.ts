import type { CreateOutcome, StepRefused } from '../../campaign/campaigns.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import type { DryRun } from '../../campaign/dryRun/dryRun.js';
import type { FieldProblem } from '../../notification/request.js';
import { commandLine } from '../commandLine.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { confirm } from './confirm.js';
import { describeForecast, describeSamples, rowsTried } from './describeDryRun.js';
import { counted, whole } from './figures.js';
import { fileCampaignId } from './fileCampaignId.js';
import { followToEnd } from './followToEnd.js';
import {
  describeImport,
  describeUnusable,
  findFile,
  importFile,
  type RowsFile,
} from './importFile.js';
import { type Interruption, onInterruption } from './interruption.js';
import {
  campaignRequestFrom,
  fileOptionsFrom,
  mappedRunCommand,
  nameFrom,
  type RunOptions,
  runOptionOf,
  runOptionProblems,
} from './runOptions.js';
import { noSuchCampaign, refuseStep, type Session, withCampaigns } from './session.js';
import { readTime } from './time.js';

/** One run of the command, after what it was told has been found sound. */
interface Run extends Session {
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

function refuseFile({ output }: Session, because: string): ExitCode {
  output.remark(because);
  output.result('', { error: 'unreadable_file' });
  return EXIT.invalid;
}

function refuseConflict(
  { output }: Session,
  { id, state, differs }: Extract<CreateOutcome, { kind: 'conflict' }>,
): ExitCode {
  const options = [...new Set(differs.map(runOptionOf))].join(', ');
  output.remark(`Campaign ${id} (${state}) was made with another ${options}; it stays as it is.
To go on with it, say what was said then; to make another one, give another --id.`);
  output.result('', { error: 'id_conflict', id, state, differs });
  return EXIT.invalid;
}

function refuseOptions({ output }: Session, problems: readonly FieldProblem[]): ExitCode {
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
  const outcome = await importFile(run, id, file, { signal, ...fileOptionsFrom(options) });
  if (
    newCampaign !== undefined &&
    (outcome?.kind === 'unusable' || outcome?.kind === 'broken_off')
  ) {
    // Or its id would be taken by what nobody wants any more.
    await run.campaigns.takeBack(newCampaign);
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
    ...(sample !== undefined && { lookUp: sample }),
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
  const started = await campaigns.start(id, {
    by,
    // The person who was asked has seen above how many rows were rejected.
    acceptRejected: options.acceptRejected === true || options.yes !== true,
    ...(startAt !== undefined && { at: startAt }),
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
