import { rowsIn } from '../../campaign/campaignProgress.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import { commandLine } from '../commandLine.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { describeUnknown } from './describeCampaign.js';
import type { Interruption } from './interruption.js';
import { noSuchCampaign, type Session } from './session.js';
import { watch } from './watch.js';

/** Shows how a campaign goes until it has ended, and says what is left for a person to do. */
export async function followToEnd(
  session: Session,
  id: string,
  interruption: Interruption,
): Promise<ExitCode> {
  const { campaigns, output, to } = session;
  const end = await watch(() => campaigns.get(id), to, interruption.signal);
  switch (end.kind) {
    case 'ended':
      output.result(whatIsLeft(end.view), end.view);
      return exitCodeOf(end.view);
    case 'gone':
      return noSuchCampaign(session, id);
    case 'interrupted':
      output.remark(`No longer watching, which changes nothing about the campaign. To pause it:
  ${commandLine(`campaign pause ${id}`)}
To watch again:
  ${commandLine(`campaign status ${id} --follow`)}`);
      output.result('', { error: 'interrupted', id });
      return interruption.code();
    default:
      return end satisfies never;
  }
}

function whatIsLeft(view: CampaignView): string {
  const { id, counts } = view;
  const failed = rowsIn(counts, 'failed', 'expired');
  return [
    `What became of each row:    ${commandLine(`campaign results ${id}`)}`,
    failed > 0 &&
      `Try again what was not sent: ${commandLine(`campaign retry ${id} --states failed,expired`)}`,
    ...describeUnknown(view),
  ]
    .filter((line) => line !== false)
    .join('\n');
}

function exitCodeOf({ state, counts }: CampaignView): ExitCode {
  if (counts.unknown > 0) return EXIT.unknown;
  if (state === 'cancelled') return EXIT.cancelled;
  if (rowsIn(counts, 'failed', 'undelivered') > 0) return EXIT.failed;
  return counts.expired > 0 ? EXIT.cancelled : EXIT.ok;
}
