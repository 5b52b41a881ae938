import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Caller } from '../../audit/auditCaller.js';
import type { FieldProblem } from '../../notification/request.js';
import type { StepRefused } from '../campaignSteps.js';
import type { CampaignImport, Campaigns } from '../campaigns.js';
import type { CampaignView } from '../campaignView.js';
import { encodingOf, isGzip } from '../import/fileText.js';
import { type FileProblem, UnusableFileError } from '../import/unusableFile.js';
import { campaignIdFor, sidecarOf } from './fileNames.js';
import type { ImportPlaces } from './importPlaces.js';
import { contentOf, openRegular, type Pickup } from './pickups.js';
import type { InboxReport, ReportedProblem } from './report.js';
import { readSidecar, type Sidecar } from './sidecar.js';

/** What the inbox asks of campaigns. */
export type InboxCampaigns = Pick<
  Campaigns,
  'now' | 'create' | 'get' | 'importRows' | 'start' | 'cancel'
>;

/** `left`: it is not for this process to end; the process that has it, or takes it over, does. */
export type FileOutcome = { kind: 'ended'; report: InboxReport } | { kind: 'left' };

/** A disk that fails now may work at the next attempt. */
const UNREADABLE = 'the file could not be read to its end';

/** Millions of rows. */
const LARGEST_FILE_BYTES = 4 * 1024 ** 3;
const HEAD_BYTES = 64 * 1024;

const BY: Caller = { name: 'inbox', from: 'inbox' };
const EXAMPLE = '{"template": "follow-up", "start": "now"}';

/**
 * Makes a campaign of one file. All steps can be repeated: the campaign's id follows from the file, an
 * import begins from the start, and starting twice is starting once.
 */
export async function importFile(
  pickup: Pickup,
  campaigns: InboxCampaigns,
  places: Pick<ImportPlaces, 'inTurn'>,
  signal: AbortSignal,
): Promise<FileOutcome> {
  const read = sidecarFor(pickup, await campaigns.now());
  if (!read.ok) return { kind: 'ended', report: read.report };
  const opened = await openRegular(`${pickup.folder}/${pickup.name}`);
  if (!opened.ok) {
    if (opened.isGone) return { kind: 'left' };
    return rejected(pickup, [`Nothing was imported: ${opened.because}.`]);
  }
  try {
    const { file } = opened;
    const unusable = await beginningProblems(file, read.sidecar.encoding);
    if (unusable.length > 0) return unusableFile(pickup, unusable);
    const { request } = read.sidecar;
    const id =
      request.id ?? campaignIdFor(pickup.name, request.template, await hashOf(file, signal));
    return await places.inTurn(id, () =>
      importOpened(
        pickup,
        { ...read.sidecar, request: { ...request, id } },
        file,
        campaigns,
        signal,
      ),
    );
  } catch (error) {
    if (signal.aborted) return { kind: 'left' };
    throw error;
  } finally {
    await opened.file.close();
  }
}

type SidecarFor = { ok: true; sidecar: Sidecar } | { ok: false; report: InboxReport };

function sidecarFor(pickup: Pickup, now: number | undefined): SidecarFor {
  const name = sidecarOf(pickup.name);
  const refuse = (says: string[], problems: ReportedProblem[] = []): SidecarFor => ({
    ok: false,
    report: rejectedReport(pickup, says, problems),
  });
  if (pickup.sidecar === undefined) {
    return refuse([
      `Nothing says which template to use. Put a file named ${name} beside it, such as`,
      `  ${EXAMPLE}`,
      'and drop both again.',
    ]);
  }
  const read = readSidecar(pickup.sidecar, now);
  if (read.ok) return read;
  return refuse([`${name} has to be corrected; then drop both again.`], inSidecar(read.problems));
}

async function importOpened(
  pickup: Pickup,
  sidecar: Sidecar,
  file: FileHandle,
  campaigns: InboxCampaigns,
  signal: AbortSignal,
): Promise<FileOutcome> {
  const { request } = sidecar;
  const { id } = request;
  const before = await file.stat();
  const created = await campaigns.create(request, BY, pickup.name);
  switch (created.kind) {
    case 'invalid': {
      const says = [`${sidecarOf(pickup.name)} has to be corrected; then drop both again.`];
      return rejected(pickup, says, inSidecar(created.problems));
    }
    case 'conflict':
      return rejected(pickup, [
        `Campaign ${id} exists (${created.state}) and differs in more than its rows: ${created.differs.join(', ')}.`,
        'To make another one, rename the file or give the sidecar an "id" of its own.',
      ]);
    case 'existing':
    case 'created':
      break;
    default:
      return created satisfies never;
  }
  const { campaign } = created;
  if (!takesRows(campaign, pickup)) return alreadyThere(pickup, campaign);
  const outcome = await importInto(pickup, sidecar, campaign, file, campaigns, signal);
  const after = await file.stat();
  if (before.size !== after.size || before.mtimeMs !== after.mtimeMs) {
    return changedMeanwhile(pickup, campaign, campaigns);
  }
  return judge(pickup, campaign, outcome, sidecar, campaigns, signal);
}

/** One that does not start by itself, because many rows were rejected, may be dropped again with a better sidecar. */
function takesRows({ state, reason }: CampaignView, { isTakenOver }: Pickup): boolean {
  if (state === 'importing') return true;
  return state === 'ready' && (isTakenOver || reason !== undefined);
}

async function importInto(
  { isTakenOver }: Pickup,
  { columns, encoding, acceptRejected }: Sidecar,
  { id, import: imported, state }: CampaignView,
  file: FileHandle,
  campaigns: InboxCampaigns,
  signal: AbortSignal,
): Promise<CampaignImport | undefined> {
  // The process that had the file before has finished the import, and died over the rest.
  if (isTakenOver && state === 'ready' && imported !== undefined) {
    const campaign = await campaigns.get(id);
    return campaign && { kind: 'imported', campaign, problems: [] };
  }
  const source = Readable.from(contentOf(file), { objectMode: false });
  try {
    return await campaigns.importRows(id, source, {
      signal,
      columns,
      acceptRejected,
      encoding,
      by: BY,
    });
  } finally {
    source.destroy();
  }
}

async function judge(
  pickup: Pickup,
  { id }: CampaignView,
  outcome: CampaignImport | undefined,
  sidecar: Sidecar,
  campaigns: InboxCampaigns,
  signal: AbortSignal,
): Promise<FileOutcome> {
  switch (outcome?.kind) {
    case 'imported':
      return started(pickup, outcome, sidecar, campaigns);
    case 'unusable': {
      const says = [
        'Nothing was imported: the file cannot be used as it is.',
        ...proposed(outcome.problems, sidecarOf(pickup.name)),
      ];
      return rejected(pickup, says, inFile(outcome.problems));
    }
    case 'refused':
      // Redis has no room now, which is no fault of the file: it is taken up again until there is.
      if (outcome.retryAfterMs !== undefined) return { kind: 'left' };
      return rejected(pickup, [`Nothing was imported into campaign ${id}: ${outcome.because}.`]);
    case 'superseded':
      return { kind: 'left' };
    case 'broken_off':
      if (signal.aborted) return { kind: 'left' };
      throw new Error(UNREADABLE);
    case undefined:
      return rejected(pickup, [`Campaign ${id} was gone before its rows were there.`]);
    default:
      return outcome satisfies never;
  }
}

async function started(
  pickup: Pickup,
  { campaign, problems }: Extract<CampaignImport, { kind: 'imported' }>,
  { starts }: Sidecar,
  campaigns: InboxCampaigns,
): Promise<FileOutcome> {
  const { id, startAt } = campaign;
  const done = (says: string[], seen: CampaignView): FileOutcome => ({
    kind: 'ended',
    report: {
      file: pickup.name,
      outcome: 'done',
      says,
      problems: [],
      campaign: shown(seen),
      rejected: inFile(problems),
      refused: inFile(problems),
    },
  });
  if (!starts) {
    const flag = campaign.reason === undefined ? '' : ' --accept-rejected';
    return done(
      [...doubts(campaign), `It is ready. To start it: notifier campaign start ${id}${flag}`],
      campaign,
    );
  }
  const at = startAt === undefined ? undefined : Date.parse(startAt);
  const step = await campaigns.start(id, { by: BY, at });
  if (step?.kind === 'done') {
    const { state } = step.campaign;
    const says = state === 'ready' ? `It will start at ${startAt}.` : 'It has been started.';
    return done([says], step.campaign);
  }
  if (step?.needs === 'accept-rejected') return done(waitsForAPerson(campaign, pickup), campaign);
  if (step?.needs === 'no-unsubscribe') return done(wantsReason(id, step, pickup), campaign);
  const because = step?.because ?? 'it is gone';
  return done([`It is imported, but could not be started: ${because}.`], campaign);
}

function wantsReason(id: string, { because }: StepRefused, { name }: Pickup): string[] {
  return [
    `It is imported, but WAS NOT STARTED: ${because}.`,
    `To start it so: notifier campaign start ${id} --no-unsubscribe "the reason"`,
    `(or drop the file again with "noUnsubscribe": "the reason" in ${sidecarOf(name)}).`,
  ];
}

function doubts({ reason }: CampaignView): string[] {
  return reason === undefined ? [] : [`LOOK AT THE REJECTED ROWS: ${reason}.`];
}

function waitsForAPerson(campaign: CampaignView, { name }: Pickup): string[] {
  return [
    'It is imported, but WAS NOT STARTED.',
    ...doubts(campaign),
    `To start it all the same: notifier campaign start ${campaign.id} --accept-rejected`,
    `(or drop the file again with "acceptRejected": true in ${sidecarOf(name)}).`,
  ];
}

/** What to write into the sidecar, where a column seems to be what is missing. */
function proposed(problems: readonly FileProblem[], sidecar: string): string[] {
  const map = Object.fromEntries(
    problems.flatMap(({ suggestion }) =>
      suggestion === undefined ? [] : [[suggestion.column, suggestion.as]],
    ),
  );
  if (Object.keys(map).length === 0) return [];
  return [
    `To read a column as what is missing, add to ${sidecar}:`,
    `  "map": ${JSON.stringify(map)}`,
  ];
}

/** Half of a file that is still being written must not be sent. */
async function changedMeanwhile(
  pickup: Pickup,
  { id }: CampaignView,
  campaigns: InboxCampaigns,
): Promise<FileOutcome> {
  await campaigns.cancel(id, { reason: 'the file was still being written', by: BY });
  return rejected(pickup, [
    `The file was still being written while it was read; campaign ${id} is cancelled.`,
    'Drop it again under another name once it is complete. Best write it elsewhere and move it here,',
    'or let its sidecar be the last to come.',
  ]);
}

/** Dropping a file twice must not write to a customer twice. */
function alreadyThere(pickup: Pickup, campaign: CampaignView): FileOutcome {
  const { id, state, createdAt } = campaign;
  const what = `This file was imported as campaign ${id} at ${createdAt}, which is ${state}.`;
  if (pickup.isTakenOver) {
    const report: InboxReport = {
      ...rejectedReport(pickup, [what]),
      outcome: 'done',
      campaign: shown(campaign),
    };
    return { kind: 'ended', report };
  }
  return rejected(pickup, [
    what,
    'Nothing was added. To send to the same people once more, rename the file and drop it again.',
  ]);
}

/**
 * What the first piece of a file already says against it: a program, a picture or a gigabyte of
 * nothing is refused without its being read to the end.
 */
async function beginningProblems(
  file: FileHandle,
  encoding: string | undefined,
): Promise<readonly FileProblem[]> {
  const { size } = await file.stat();
  if (size > LARGEST_FILE_BYTES) {
    return [{ expected: 'a file of at most 4 GB; split it, or compress it with gzip' }];
  }
  const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  try {
    const beginning = head.subarray(0, bytesRead);
    if (!isGzip(beginning)) encodingOf(beginning, encoding);
    return [];
  } catch (error) {
    if (error instanceof UnusableFileError) return error.problems;
    throw error;
  }
}

async function hashOf(file: FileHandle, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of contentOf(file)) {
      signal.throwIfAborted();
      hash.update(piece);
    }
  } catch (cause) {
    throw new Error(UNREADABLE, { cause });
  }
  return hash.digest('hex');
}

function shown({ id, name, state, startAt, import: imported }: CampaignView) {
  return {
    id,
    name,
    state,
    startAt,
    import: imported,
  };
}

function rejected(pickup: Pickup, says: string[], problems: ReportedProblem[] = []): FileOutcome {
  return { kind: 'ended', report: rejectedReport(pickup, says, problems) };
}

function unusableFile(pickup: Pickup, problems: readonly FileProblem[]): FileOutcome {
  const says = ['Nothing was imported: the file cannot be used as it is.'];
  return rejected(pickup, says, inFile(problems));
}

function rejectedReport(
  { name }: Pickup,
  says: string[],
  problems: ReportedProblem[] = [],
): InboxReport {
  return { file: name, outcome: 'rejected', says, problems, rejected: [], refused: [] };
}

function inSidecar(problems: readonly FieldProblem[]): ReportedProblem[] {
  return problems.map((problem) => ({ where: 'sidecar', ...problem }));
}

function inFile(problems: readonly FileProblem[]): ReportedProblem[] {
  return problems.map(({ suggestion: _said, ...problem }) => ({ where: 'file', ...problem }));
}
