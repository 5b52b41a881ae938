import type { Cost } from '../../doctor/doctor.js';
import { CHECKS, type Check, type CheckResult } from '../../doctor/finding.js';
import { type Content, type Html, html } from '../../html/html.js';
import { may, type Person } from '../../people/role.js';
import {
  badge,
  button,
  duration,
  emptyState,
  moment,
  panel,
  type Tone,
  table,
} from '../page/components.js';
import type { DoctorResult, DoctorStatus } from './doctorRuns.js';

/** What the doctor says of the platform; the rest is about this deployment. */
const OF_THE_PLATFORM: ReadonlySet<Check> = new Set([
  'region',
  'credentials',
  'rate-limit',
  'permission',
  'deployment',
  'sender-domain',
  'explore',
]);

const TONES: Readonly<Record<CheckResult['status'], [Tone, string]>> = {
  ok: ['good', 'fine'],
  warning: ['open', 'look'],
  failed: ['bad', 'wrong'],
  skipped: ['idle', 'not looked at'],
};

const OLD_AFTER_MS = 24 * 60 * 60 * 1_000;

/** What is known, since when, and whether a look is under way: the live part of the page. */
export function doctorStatus({ underWay, last }: DoctorStatus, now: number): Html {
  return html`${
    underWay === undefined
      ? undefined
      : panel(
          'open',
          html`<p><strong>The doctor is looking</strong> since ${moment(underWay.startedAt, now)}, ${started(underWay)}. It waits for its
turn in the budget; what it finds is shown here.</p>`,
          'status',
        )
  }${last === undefined ? nothingKnown(underWay !== undefined) : found(last, now)}`;
}

function nothingKnown(isUnderWay: boolean): Html | undefined {
  if (isUnderWay) return undefined;
  return emptyState(
    'Nothing has looked yet.',
    html`What the OAuth client may do and how many requests it has is not known here. Run the doctor, or
<code>notifier doctor</code> where a worker runs.`,
  );
}

function started({ by, host }: { by?: string; host: string }): string {
  return `started ${by === undefined ? '' : `by ${by} `}on ${host}`;
}

function found(result: DoctorResult, now: number): Html {
  const { findings, endedAt, startedAt, requests } = result;
  const ofPlatform = findings.filter(({ check }) => OF_THE_PLATFORM.has(check));
  const others = findings.filter(({ check }) => !OF_THE_PLATFORM.has(check));
  return html`<p>As it was at ${moment(endedAt, now)}, ${started(result)}: ${summary(findings)}. It took ${duration(Math.max(1_000, endedAt - startedAt))} and
${requests === 0 ? 'asked Genesys Cloud nothing' : `${requests} requests to Genesys Cloud`}.</p>
${
  now - endedAt > OLD_AFTER_MS
    ? panel(
        'open',
        html`<p>This is older than a day: permissions and limits may have changed since.</p>`,
      )
    : undefined
}
<h3>Genesys Cloud: permissions and limits</h3>
${findingTable('What the doctor found of Genesys Cloud', ofPlatform)}
<h3>This deployment</h3>
${findingTable('What the doctor found of this deployment', others)}`;
}

function summary(findings: readonly CheckResult[]): string {
  const count = (...statuses: CheckResult['status'][]) =>
    findings.filter(({ status }) => statuses.includes(status)).length;
  const parts = [
    `${count('ok')} fine`,
    `${count('warning')} to look at`,
    `${count('failed')} wrong`,
    `${count('skipped')} not looked at`,
  ];
  return parts.filter((part) => !part.startsWith('0 ')).join(', ');
}

function findingTable(label: string, findings: readonly CheckResult[]): Html {
  const urgency = ({ status }: CheckResult) =>
    ['failed', 'warning', 'skipped', 'ok'].indexOf(status);
  return table(
    label,
    [
      { title: 'State', cell: ({ status }) => badge(...TONES[status]) },
      { title: 'What', cell: ({ check }) => CHECKS[check] },
      { title: 'Found', kind: 'text', cell: finding },
    ],
    [...findings].sort((a, b) => urgency(a) - urgency(b)),
  );
}

function finding({ detail, remedy }: CheckResult): Content {
  return remedy === undefined ? detail : html`${detail}<br><strong>To do:</strong> ${remedy}`;
}

/** How to have it look again, and what that costs. */
export function doctorForm(
  { requests, allowance }: Cost,
  { person, once }: { person?: Person; once: Html },
): Html {
  if (!may(person, 'operator')) {
    return html`<p class="hint">An operator can run the doctor here.</p>`;
  }
  const seconds = Math.max(1, Math.ceil((requests * 60) / allowance));
  const words =
    requests === 0
      ? html`This api has no OAuth client of Genesys Cloud, and needs none: it looks at Redis, the templates and the workers, and
asks Genesys Cloud nothing. Run <code>notifier doctor</code> where a worker runs to learn what its client may do.`
      : html`It asks Genesys Cloud ${requests} times and logs in once. These requests come out of the budget of ${allowance} a minute that
all messages share, so they take about ${seconds} s of it. Nothing is changed, and no customer can be reached.`;
  return html`<form method="post" action="/settings/doctor" class="buttons">${once}${button('Run the doctor', 'main')}
<span class="hint">${words}</span></form>`;
}
