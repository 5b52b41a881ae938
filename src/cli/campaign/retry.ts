import {
  RETRYABLE_STATES,
  type RefusedRow,
  type RetryableState,
  whyNotRetryable,
} from '../../campaign/retryRows.js';
import { commandLine } from '../commandLine.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { describeUnknown } from './describeCampaign.js';
import { counted } from './figures.js';
import { noSuchCampaign, refuseStep, withCampaigns } from './session.js';
import { readTime } from './time.js';

export interface RetryOptions {
  states: string;
  until?: string;
  json?: boolean;
}

const SHOWN = 20;

/** Tries rows again that surely reached nobody, and lists those that stay as they are. */
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
      ...(until.time !== undefined && { until: until.time }),
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
