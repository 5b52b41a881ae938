import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { StepOutcome } from '../../campaign/campaignSteps.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import type { ExportedFile, ExportFormat } from '../../campaign/exports.js';
import {
  RETRYABLE_STATES,
  type RefusedRow,
  type RetryableState,
  whyNotRetryable,
} from '../../campaign/retryRows.js';
import { readPauseReason } from '../../queue/sendingPause.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { commandLine } from '../output.js';
import { counted } from '../terminal.js';
import {
  type CampaignSession,
  noSuchCampaign,
  refuseStep,
  withCampaigns,
} from './campaignCommand.js';
import { describeCampaign, describeUnknown } from './describe.js';
import { readNoUnsubscribe } from './runOptions.js';

export interface FileOptions {
  out?: string;
  format?: ExportFormat;
}

/** What became of every row. */
export async function campaignResults(id: string, options: FileOptions): Promise<ExitCode> {
  return withCampaigns({}, (session) =>
    write(session, id, options, (format) => session.campaigns.results(id, format)),
  );
}

/** The rows that were rejected, in a form that can be corrected and imported. */
export async function campaignRejected(id: string, options: FileOptions): Promise<ExitCode> {
  return withCampaigns({}, (session) =>
    write(session, id, options, (format) => session.campaigns.rejected(id, format)),
  );
}

async function write(
  session: CampaignSession,
  id: string,
  { out, format }: FileOptions,
  open: (format?: ExportFormat) => Promise<ExportedFile | undefined>,
): Promise<ExitCode> {
  const file = await open(format ?? formatFor(out));
  if (file === undefined) return noSuchCampaign(session, id);
  const source = Readable.from(file.text, { objectMode: false });
  if (out === undefined) {
    await pipeline(source, process.stdout, { end: false });
    return EXIT.ok;
  }
  // Under another name until it is whole, or half a file would look like a whole one.
  const part = `${out}.part`;
  try {
    await pipeline(source, createWriteStream(part));
    await rename(part, out);
  } catch (error) {
    await rm(part, { force: true });
    const { code, syscall } = error as { code?: unknown; syscall?: unknown };
    if (syscall === undefined) throw error;
    session.output.remark(`${out} cannot be written (${String(code)}).`);
    return EXIT.other;
  }
  session.output.remark(`Written to ${out}`);
  return EXIT.ok;
}

function formatFor(out = ''): ExportFormat | undefined {
  if (/\.(ndjson|jsonl)$/i.test(out)) return 'ndjson';
  return /\.csv$/i.test(out) ? 'csv' : undefined;
}

const time = z.iso.datetime({ offset: true });

const TIME_EXPECTED = 'an ISO 8601 time with a zone, such as 2026-11-22T09:30:00Z';

/** A time that was given as an option, as epoch milliseconds. */
export function readTime(
  text: string | undefined,
): { ok: true; time?: number } | { ok: false; expected: string } {
  if (text === undefined) return { ok: true };
  return time.safeParse(text).success
    ? { ok: true, time: Date.parse(text) }
    : { ok: false, expected: TIME_EXPECTED };
}

export interface RetryOptions {
  states: string;
  until?: string;
  json?: boolean;
}

const SHOWN = 20;

/** Tries rows again that surely reached no customer, and lists those that stay as they are. */
export async function retryCampaign(id: string, options: RetryOptions): Promise<ExitCode> {
  const until = readTime(options.until);
  const states = options.states.split(',').map((state) => state.trim());
  return withCampaigns(options, async (session) => {
    const { campaigns, output, by } = session;
    const problems = [
      ...states.flatMap((state) => whyNotRetryable(state) ?? []).map((why) => `--states: ${why}`),
      ...(until.ok ? [] : [`--until: expected ${until.expected}`]),
    ];
    if (!until.ok || problems.length > 0) {
      for (const line of problems) output.remark(line);
      output.result('', { error: 'invalid_request', problems });
      return EXIT.invalid;
    }
    const result = await campaigns.retry(id, {
      states: states.filter(isRetryable),
      by,
      until: until.time,
    });
    switch (result?.kind) {
      case undefined:
        return noSuchCampaign(session, id);
      case 'refused':
        return refuseStep(session, id, result);
      case 'retried': {
        const { report } = result;
        const lines = [
          report.retried === 0
            ? 'No row is tried again.'
            : `${counted(report.retried, 'row')} will be tried again.`,
          ...describeRefused(report.refused, report.refusedCount),
          ...(report.left ? ['There are more: repeat the command when these have ended.'] : []),
          ...describeUnknown(report.campaign),
          ...(report.retried === 0
            ? []
            : [`To watch: ${commandLine(`campaign status ${id} --follow`)}`]),
        ];
        output.result(lines.join('\n'), report);
        return EXIT.ok;
      }
      default:
        return result satisfies never;
    }
  });
}

function isRetryable(state: string): state is RetryableState {
  return RETRYABLE_STATES.some((retryable) => retryable === state);
}

function describeRefused(refused: readonly RefusedRow[], count: number): string[] {
  if (count === 0) return [];
  const shown = refused.slice(0, SHOWN);
  return [
    `${counted(count, 'row')} cannot be tried again:`,
    ...shown.map(({ row, state, because }) => `  row ${row}, ${state}: ${REFUSALS[because]}`),
    ...(count > shown.length ? [`  and ${count - shown.length} more`] : []),
  ];
}

const REFUSALS = {
  may_have_arrived: 'a message may have reached the customer',
  still_running: 'it was set going again meanwhile',
  never_released: 'its turn never came; import it into a new campaign',
  id_taken: 'something else has its id',
  request_gone: 'it ended too long ago',
  forgotten: 'how it ended is not known any more',
  unreadable: 'its record is damaged',
} as const satisfies Record<RefusedRow['because'], string>;

export interface StepOptions {
  json?: boolean;
}

export interface ReasonOptions extends StepOptions {
  reason?: string;
}

export interface StartOptions extends StepOptions {
  at?: string;
  acceptRejected?: boolean;
  /** The reason of --no-unsubscribe; true where it was not given. */
  unsubscribe: string | true;
}

const NO_REASON = 'no reason was given';

export async function startCampaign(id: string, options: StartOptions): Promise<ExitCode> {
  const at = readTime(options.at);
  if (!at.ok) return refuseOption('--at', at.expected);
  const why = readNoUnsubscribe(options.unsubscribe);
  if (!why.ok) return refuseOption('--no-unsubscribe', why.expected);
  return takeStep(id, options, ({ campaigns, by }) =>
    campaigns.start(id, {
      by,
      acceptRejected: options.acceptRejected === true,
      noUnsubscribe: why.reason,
      at: at.time,
    }),
  );
}

export async function pauseCampaign(id: string, options: ReasonOptions): Promise<ExitCode> {
  const read = readPauseReason(options.reason ?? NO_REASON);
  if (!read.ok) return refuseOption('--reason', read.expected);
  return takeStep(id, options, ({ campaigns, by }) =>
    campaigns.pause(id, { reason: read.reason, by }),
  );
}

export async function resumeCampaign(id: string, options: StepOptions): Promise<ExitCode> {
  return takeStep(id, options, ({ campaigns, by }) => campaigns.resume(id, { by }));
}

export async function cancelCampaign(id: string, options: ReasonOptions): Promise<ExitCode> {
  const read = options.reason === undefined ? undefined : readPauseReason(options.reason);
  if (read?.ok === false) return refuseOption('--reason', read.expected);
  return takeStep(id, options, ({ campaigns, by }) =>
    campaigns.cancel(id, { by, reason: read?.reason }),
  );
}

function refuseOption(option: string, expected: string): ExitCode {
  process.stderr.write(`${option}: expected ${expected}\n`);
  return EXIT.invalid;
}

async function takeStep(
  id: string,
  options: StepOptions,
  step: (session: CampaignSession) => Promise<StepOutcome<CampaignView> | undefined>,
): Promise<ExitCode> {
  return withCampaigns(options, async (session) => {
    const result = await step(session);
    if (result === undefined) return noSuchCampaign(session, id);
    if (result.kind === 'refused') return refuseStep(session, id, result);
    const { campaign } = result;
    session.output.result(describeCampaign(campaign, session.to, Date.now()), campaign);
    return EXIT.ok;
  });
}
