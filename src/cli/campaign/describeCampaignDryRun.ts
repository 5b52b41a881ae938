import type { DryRun } from '../../campaign/dryRun/campaignDryRun.js';
import type { CustomerSample, Forecast } from '../../campaign/dryRun/forecast.js';
import type { Sample } from '../../campaign/dryRun/samples.js';
import { printable } from '../output.js';
import { describeMessage } from '../send/describeSendDryRun.js';
import { counted, percent, span, whole, wrapped } from '../terminal.js';
import { describeForeseen, foreseenReason } from './describeReason.js';

const LABEL_WIDTH = 12;

/** What would happen, without the messages; and, if that is wanted, what was taken for granted. */
export function describeForecast(
  dryRun: DryRun,
  { columns, assumptions }: { columns: number; assumptions: boolean },
  now: number,
): string {
  const { forecast, lookups } = dryRun;
  const lines: [string, string][] = [
    ['Would try', describeTried(dryRun)],
    ...byReason(dryRun),
    ['Requests', describeRequests(forecast)],
    ['Takes', describeDuration(forecast, now)],
    ...describePrefetch(forecast),
    ...(forecast.endAt === undefined ? [] : [describeEnd(forecast.endAt, dryRun)]),
    ...(lookups === undefined ? [] : [describeLookups(lookups)]),
    ...(assumptions ? [['Assumed', forecast.assumptions.join(' ')] as [string, string]] : []),
  ];
  return printable(lines.flatMap(([label, text]) => labelled(label, text, columns)).join('\n'));
}

/** The rows that were rendered, each as it would arrive. */
export function describeSamples({ samples }: DryRun): string {
  return printable(samples.flatMap(describeSample).join('\n'));
}

function labelled(label: string, text: string, columns: number): string[] {
  const lines = wrapped(text, Math.max(20, columns - LABEL_WIDTH - 1));
  return lines.map((line, at) => `${(at === 0 ? label : '').padEnd(LABEL_WIDTH)} ${line}`);
}

/** How many rows a message would be tried for, on whichever channel. */
export function rowsTried({ tried }: DryRun): number {
  return Object.values(tried).reduce((sum, some) => sum + some, 0);
}

function describeTried(dryRun: DryRun): string {
  const { rows, tried } = dryRun;
  const channels = Object.entries(tried);
  const total = rowsTried(dryRun);
  const by = channels.map(([channel, some]) => `${whole(some)} by ${channel}`).join(', ');
  return `${whole(total)} of ${counted(rows, 'recipient')}${by === '' ? '' : ` (first ${by})`}`;
}

function byReason({ skipped, failed, deferred }: DryRun): [string, string][] {
  const some = (label: string, counts: Record<string, number>): [string, string][] =>
    Object.keys(counts).length === 0 ? [] : [[label, describeForeseen(counts)]];
  return [
    ...some('Would skip', skipped),
    ...some('Would fail', failed),
    ...some('Would wait', deferred),
  ];
}

function describeRequests({ requests, expected, requestsPerMinute }: Forecast): string {
  const { total: _total, ...steps } = requests;
  const parts = Object.entries(steps)
    .filter(([, some]) => some > 0)
    .map(([step, some]) => `${whole(some)} ${STEPS[step] ?? step}`);
  const byTable = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  const because =
    expected.basis === 'table'
      ? `${expected.detail}${byTable}`
      : `${expected.aRow} a row, ${expected.detail}`;
  return `about ${whole(expected.requests)} to Genesys Cloud (${because}), at ${whole(requestsPerMinute)} a minute`;
}

const STEPS: Readonly<Record<string, string>> = {
  identity: 'to find customers',
  history: 'for histories',
  transcript: 'for transcripts',
  send: 'to send',
  deliveryCheck: 'to see what arrived',
};

function describeDuration(forecast: Forecast, now: number): string {
  const { durationMs, quietMs = 0, startsAt, endsAt, beside } = forecast;
  const others =
    beside.campaigns === 0
      ? ''
      : `, beside ${counted(beside.campaigns, 'other campaign')} with ${counted(beside.rows, 'row')} left`;
  const later = Date.parse(startsAt) > now + 60_000;
  const when = later
    ? `from ${minuteOf(startsAt)} to ${minuteOf(endsAt)}`
    : `until ${minuteOf(endsAt)}`;
  const quiet = quietMs >= 60_000 ? `, ${span(quietMs)} of it for quiet hours` : '';
  return `about ${span(durationMs)}, ${when}${quiet}${others}`;
}

/**
 * Said beside the others: whether the platform grants it is known when it is asked. What earlier
 * campaigns have spent has it in it.
 */
function describePrefetch({ prefetch, expected }: Forecast): [string, string][] {
  if (prefetch === undefined || expected.basis === 'earlier') return [];
  const { requests, saves, savesMs } = prefetch;
  if (saves <= 0) return [['Prefetching', 'saves nothing']];
  const text = `with ${counted(requests, 'request')} it saves ${whole(saves)} of those, and ${span(savesMs)}, where Genesys Cloud grants it`;
  return [['Prefetching', text]];
}

function describeEnd(
  { at, isMet, rowsInTime }: NonNullable<Forecast['endAt']>,
  { rows }: DryRun,
): [string, string] {
  const said = isMet
    ? `all can be sent before ${minuteOf(at)}`
    : `NOT all can be sent before ${minuteOf(at)}: about ${whole(rowsInTime)} of ${whole(rows)}; the rest would be expired`;
  return ['End', said];
}

function describeLookups(lookups: CustomerSample): [string, string] {
  if (lookups.kind === 'refused') return ['Looked up', `none: ${lookups.because}`];
  const { customers, found, withHistory, reachable, notKnown, notKnownBecause } = lookups;
  const share = (some: number) => (customers === 0 ? '' : ` (${percent(some / customers)})`);
  const missing =
    notKnown === 0
      ? ''
      : `; ${whole(notKnown)} could not be asked about: ${notKnownBecause.join(', ')}`;
  return [
    'Looked up',
    `${counted(customers, 'customer')}: ${whole(found)} found${share(found)}, ${whole(withHistory)} with history${share(withHistory)}, ${whole(reachable)} would get a message${missing}`,
  ];
}

function describeSample({ kinds, row, outlook, placeholders, messages }: Sample): string[] {
  const what = `Row ${row} (${kinds.join(', ')}): ${describeOutlook(outlook)}`;
  const standIns =
    placeholders.length === 0
      ? []
      : [`In brackets: ${placeholders.join(', ')}, looked up for each.`];
  return [
    '',
    what,
    ...standIns,
    ...messages.flatMap(({ channel, history, rendered }) => {
      if (!rendered.ok) {
        return ['', `── ${channel} cannot be rendered: ${rendered.reason} (${rendered.detail})`];
      }
      const note = history ? [] : ['', '(to a customer without history:)'];
      return [...note, ...describeMessage(rendered.message, 'left out')];
    }),
  ];
}

function describeOutlook({ would, reason, channel }: Sample['outlook']): string {
  const because = reason === undefined ? '' : `, ${foreseenReason(reason)}`;
  return would === 'try' ? `would be tried by ${channel}` : `would ${would}${because}`;
}

/** `2026-11-22 14:30Z`: seconds would claim too much. */
function minuteOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)}Z`;
}
