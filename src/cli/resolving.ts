import { withPatience } from '../queue/patience.js';
import { commandLine } from './commandLine.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { withProducer } from './operating.js';
import { operatorName } from './operator.js';
import { printable } from './printable.js';
import type { Verdict } from './verdict.js';

/** Decides what became of a notification that is `unknown`. It is not sent again by this. */
export async function resolveUnknown(
  id: string,
  verdict: Verdict,
  options: { json?: boolean },
): Promise<ExitCode> {
  return withProducer(options, async ({ notifications }, output) => {
    const outcome = verdict === 'sent' ? 'sent' : 'not_sent';
    const result = await withPatience(notifications.resolve(id, outcome, operatorName()), id);
    switch (result?.kind) {
      case undefined:
        output.remark(`There is no notification ${printable(id)}.`);
        output.result('', { error: 'no_notification', id });
        return EXIT.invalid;
      case 'resolved': {
        const { state, campaignId } = result.record;
        const retried =
          state !== 'failed' || campaignId === undefined
            ? ''
            : ` To try such rows again: ${commandLine(`campaign retry ${campaignId} --states failed`)}`;
        output.result(`${id} is ${state} now.${retried}`, { id, state });
        return EXIT.ok;
      }
      case 'not_unknown':
        output.remark(
          `Not done: it is ${result.state}, and only what is unknown has to be decided.`,
        );
        output.result('', { error: 'not_unknown', id, state: result.state });
        return EXIT.other;
      default:
        return result satisfies never;
    }
  });
}
