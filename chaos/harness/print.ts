import type { Finding, FindingKind } from './judge.js';
import type { Outcome } from './run.js';

const COLUMNS = [
  'fault',
  'accepted',
  'sent twice',
  'lost',
  'untrue',
  'unknown',
  'after reconciling',
  'recovery p50 / p99',
  'took',
] as const;

function countOf(findings: readonly Finding[], kind: FindingKind): number {
  return findings.filter((finding) => finding.kind === kind).length;
}

/** The outcomes as a table, which a page of Markdown takes as it is. */
export function printTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(rowOf);
  const widths = COLUMNS.map((name, at) =>
    Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(COLUMNS), rule, ...rows.map(line)].join('\n');
}

/** What each fault is, and what is to be known of its row. */
export function printNotes(outcomes: readonly Outcome[]): string {
  return outcomes
    .flatMap(({ name, about, notPromised, verdict }) => {
      const forgotten = countOf(verdict?.findings ?? [], 'forgotten');
      const lines = [`${name}: ${about}`];
      for (const [reason, count] of Object.entries(verdict?.doubts ?? {})) {
        lines.push(`  unknown in the end: ${count}, ${reason}`);
      }
      if (notPromised !== undefined)
        lines.push(`  ${forgotten} forgotten. Not promised: ${notPromised}`);
      return lines;
    })
    .join('\n');
}

function rowOf(outcome: Outcome): string[] {
  const { name, verdict, recovery, notHere, seconds } = outcome;
  if (verdict === undefined) return [name, `not run: ${notHere}`, '', '', '', '', '', '', ''];
  const { findings, accepted, unknown, unknownAfter } = verdict;
  return [
    name,
    String(accepted),
    String(countOf(findings, 'sent twice')),
    String(countOf(findings, 'lost')),
    String(countOf(findings, 'untrue')),
    String(unknown),
    String(unknownAfter),
    recovery === undefined
      ? '–'
      : `${recovery.p50.toFixed(1)} / ${recovery.p99.toFixed(1)} s (${recovery.hit})`,
    `${seconds.toFixed(0)} s`,
  ];
}

/** One notification about which a promise was broken: enough to find out why. */
export function printFinding(
  fault: string,
  { kind, id, what, record, delivered }: Finding,
): string {
  const time = (ms: number) => new Date(ms).toISOString().slice(11, 23);
  const steps = (record?.timeline ?? []).map(({ at, state, channel, reason, detail, count }) =>
    [
      `    ${time(at)} ${state}`,
      channel ?? '',
      reason ?? '',
      detail ?? '',
      count === undefined ? '' : `${count} times`,
    ]
      .filter((part) => part !== '')
      .join(' '),
  );
  const legs = (record?.legs ?? []).map(
    ({ generation, channel, intentAt, outcome, reason, messageId }) =>
      `    leg ${generation} ${channel} intent ${time(intentAt)} ${outcome ?? 'open'} ${reason ?? ''} ${messageId ?? ''}`.trimEnd(),
  );
  const got = delivered.map(
    ({ at, channel, messageId }) => `    ${time(at)} ${channel} ${messageId}`,
  );
  return [
    `${kind}: ${id} under ${fault}: ${what}`,
    '  ledger:',
    ...steps,
    ...legs,
    '  the customer got:',
    ...(got.length > 0 ? got : ['    nothing']),
  ].join('\n');
}
