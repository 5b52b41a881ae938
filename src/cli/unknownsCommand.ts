import { describeRecipient } from '../notification/maskedRecipient.js';
import type { NotificationView } from '../notification/notificationView.js';
import { whoDecides } from '../queue/undecided.js';
import { withProducer } from './deploymentCommand.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { commandLine, printable } from './output.js';

export interface UnknownsOptions {
  campaign?: string;
  reason?: string;
  after?: string;
  limit: number;
  json?: boolean;
}

/** Lists what may or may not have been sent, the longest unknown first, with who finds it out. */
export async function listUnknowns(options: UnknownsOptions): Promise<ExitCode> {
  return withProducer(options, async ({ notifications }, output) => {
    const { campaign: campaignId, reason, after, limit } = options;
    const page = await notifications.unknowns({ campaignId, reason, after, limit });
    output.result(describe(page.notifications, page.next), page);
    return EXIT.ok;
  });
}

function describe(all: readonly NotificationView[], next: string | undefined): string {
  if (all.length === 0) return 'None is unknown.';
  const lines = [
    'Each may or may not have been sent. Until that is known, nothing more is sent for it.',
    '',
    ...all.flatMap(linesOf),
    '',
    `To decide: ${commandLine('resolve ID sent')} (or not-sent), after a look in Genesys Cloud`,
    ...(next === undefined ? [] : [`There are more: ${commandLine(`unknowns --after ${next}`)}`]),
  ];
  return printable(lines.join('\n'));
}

function linesOf(view: NotificationView): string[] {
  const { id, channel, reason, recipient = {}, updatedAt, reconcile } = view;
  const to = describeRecipient(recipient);
  const next = reconcile?.nextLookAt;
  return [
    [id, updatedAt, channel, reason, to]
      .filter((part) => part !== undefined && part !== '')
      .join('  '),
    `  ${whoDecides(view)}${next === undefined ? '' : `, at ${next}`}`,
  ];
}
