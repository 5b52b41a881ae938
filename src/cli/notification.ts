import { openCampaigns } from '../app/openProducer.js';
import { type NotificationDetails, readDetails } from '../campaign/notificationDetails.js';
import { describeRecipient } from '../notification/maskedRecipient.js';
import { type NotificationView, viewOf } from '../notification/notificationView.js';
import { isNotificationId } from '../notification/request.js';
import { blockingReasons } from '../queue/blockingReasons.js';
import { configurationFor, withProducer } from './deploymentCommand.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { commandLine, type Output, operator, printable, timelineLine } from './output.js';

interface Options {
  json?: boolean;
}

/** Shows one notification: where it stands, what it waits for, and everything that happened. */
export async function showNotification(id: string, options: Options): Promise<ExitCode> {
  const config = configurationFor('api', { ...process.env, API_HOST: undefined });
  if (config === undefined) return EXIT.configuration;
  return withProducer(options, async (producer, output) => {
    if (!isNotificationId(id)) return none(output, id);
    const { store, operations, notifications } = producer;
    const campaigns = openCampaigns(config, producer);
    const details = await readDetails({ store, operations, campaigns }, id);
    if (details === undefined) return none(output, id);
    const view = (await notifications.get(id)) ?? viewOf(details.record, undefined);
    const waitsFor = blockingReasons(details.record, details, details.fleet.workers.now);
    output.result(describe(view, details, waitsFor), { ...view, waitsFor });
    return EXIT.ok;
  });
}

/** Tries a notification again that surely did not reach the customer. */
export async function retryNotification(id: string, options: Options): Promise<ExitCode> {
  return withProducer(options, async ({ notifications }, output) => {
    if (!isNotificationId(id)) return none(output, id);
    const result = await notifications.retry(id, operator());
    switch (result?.kind) {
      case undefined:
        return none(output, id);
      case 'retried':
        output.result(`${id} is queued again. To follow it: ${commandLine(`show ${id}`)}`, {
          id,
          state: 'queued',
        });
        return EXIT.ok;
      case 'refused': {
        const { state, because } = result;
        const why =
          because === 'still_running'
            ? 'it has not ended'
            : 'a message may have reached the customer';
        output.remark(`Not done: ${id} is ${state}; ${why}.`);
        if (state === 'unknown') {
          output.remark(`To decide it: ${commandLine(`resolve ${id} sent`)} (or not-sent)`);
        }
        output.result('', { error: 'not_retryable', id, state, because });
        return EXIT.other;
      }
      case 'request_gone':
        output.remark(`Not done: ${id} ended too long ago; what was asked for is no longer kept.`);
        output.result('', { error: 'request_gone', id });
        return EXIT.other;
      default:
        return result satisfies never;
    }
  });
}

/** Cancels a notification that has not begun to leave. */
export async function cancelNotification(id: string, options: Options): Promise<ExitCode> {
  return withProducer(options, async ({ notifications }, output) => {
    const result = isNotificationId(id) ? await notifications.cancel(id, operator()) : undefined;
    switch (result?.kind) {
      case undefined:
        return none(output, id);
      case 'cancelled':
        output.result(`${id} is cancelled.`, { id, state: 'cancelled' });
        return EXIT.ok;
      case 'too_late':
        output.remark(
          `Not done: ${id} is ${result.state}; only what is accepted, queued or processing can be cancelled.`,
        );
        output.result('', { error: 'too_late', id, state: result.state });
        return EXIT.other;
      default:
        return result satisfies never;
    }
  });
}

function none(output: Output, id: string): ExitCode {
  output.remark(`There is no notification ${printable(id)}.`);
  output.result('', { error: 'no_notification', id });
  return EXIT.invalid;
}

function describe(
  view: NotificationView,
  { record }: NotificationDetails,
  waitsFor: ReturnType<typeof blockingReasons>,
): string {
  const to = describeRecipient(view.recipient ?? {});
  const facts: [string, string | undefined][] = [
    ['for', to === '' ? 'no longer kept' : to],
    ['channel', view.channel],
    ['campaign', view.campaignId],
    ['message', view.messageId],
    ['in', view.conversationId],
    ['attempts', String(view.attempts)],
    ['accepted', view.createdAt],
    ['not before', view.sendAt],
    ['deadline', view.deadline],
  ];
  const waits = waitsFor.map(
    ({ who, detail }, at) => `  ${at === 0 ? 'waits for ' : 'and for   '} ${who}: ${detail}`,
  );
  const decide = record.state === 'unknown' ? commandLine(`resolve ${view.id} sent`) : undefined;
  return printable(
    [
      `${view.id} (${view.state}${view.reason === undefined ? '' : `, ${view.reason}`})`,
      ...waits,
      ...(decide === undefined ? [] : [`  to decide  ${decide} (or not-sent)`]),
      '',
      ...facts
        .filter(([, value]) => value !== undefined)
        .map(([label, value]) => `  ${label.padEnd(10)} ${value}`),
      '',
      ...view.timeline.map((entry) => `  ${timelineLine(entry)}`),
    ].join('\n'),
  );
}
