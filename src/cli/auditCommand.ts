import type { AuditView } from '../audit/auditReader.js';
import { type AuditCheck, describeHead, readSeen } from '../audit/verifyAudit.js';
import { withProducer } from './deploymentCommand.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { type Output, printable } from './output.js';

export interface AuditOptions {
  who?: string;
  what?: string;
  on?: string;
  from?: string;
  address?: string;
  since?: string;
  until?: string;
  limit: number;
  verify?: boolean;
  seen?: string;
  json?: boolean;
}

/** Shows who did what, or checks that the audit is whole. */
export async function audit(options: AuditOptions): Promise<ExitCode> {
  const seen = options.seen === undefined ? undefined : readSeen(options.seen);
  if (options.seen !== undefined && seen === undefined) {
    return wrongUsage('--seen', 'number:code, as --verify and the log of the api say it');
  }
  const since = timeOf(options.since);
  const until = timeOf(options.until);
  for (const [name, time] of Object.entries({ '--since': since, '--until': until })) {
    if (Number.isNaN(time)) return wrongUsage(name, 'an ISO time, such as 2026-11-22T09:30:00Z');
  }
  return withProducer(options, async ({ auditTrail }, output) => {
    if (options.verify || seen !== undefined) {
      return sayCheck(output, await auditTrail.verify(seen));
    }
    const { who, what, on, from, address, limit } = options;
    const query = { who, what, on, from, address, since, until, limit };
    const entries: AuditView[] = [];
    let before: string | undefined;
    do {
      const page = await auditTrail.page({ ...query, limit: limit - entries.length, before });
      entries.push(...page.entries);
      before = page.next;
    } while (before !== undefined && entries.length < limit);
    output.result(entries.map(lineOf).join('\n'), { entries });
    if (entries.length === 0) output.progress('There is no such entry.');
    return EXIT.ok;
  });
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

function wrongUsage(option: string, expected: string): ExitCode {
  process.stderr.write(`${option}: expected ${expected}\n`);
  return EXIT.invalid;
}

/** `2026-11-22T09:40:00.000Z  ann (operator)  page   sending.pause  done  Wrong price`. */
function lineOf({
  at,
  who,
  role,
  from,
  what,
  on,
  detail,
  outcome,
  outcomeDetail,
}: AuditView): string {
  const person = `${who ?? '-'}${role === undefined ? '' : ` (${role})`}`;
  const facts = [
    outcome ?? 'not recorded',
    on,
    detail,
    outcomeDetail === undefined ? undefined : `[${outcomeDetail}]`,
  ].filter((fact) => fact !== undefined);
  const line = [at, person.padEnd(20), from.padEnd(7), what.padEnd(20), facts.join('  ')];
  return printable(line.join('  ').replace(/\n/g, ' '));
}

function sayCheck(output: Output, check: AuditCheck): ExitCode {
  const { entries, first, last, faults, unchecked } = check;
  const range = first === undefined || last === undefined ? '' : `, ${first} to ${last.n}`;
  const lines = [
    `${entries} entries${range}.`,
    ...faults.map(({ id, fault }) => `WRONG: ${fault}${id === undefined ? '' : ` (at ${id})`}`),
    ...(unchecked === 0
      ? []
      : [
          `${unchecked} are of keys that NOTIFIER_SECRET has no more: only their order was checked.`,
        ]),
    ...(faults.length === 0
      ? ['Each is as it was written, and none is missing between them.']
      : []),
    ...(last === undefined ? [] : [`The newest is ${describeHead(last)}. Note it for --seen.`]),
  ];
  const newest = last && describeHead(last);
  output.result(lines.join('\n'), { entries, first, newest, faults, unchecked });
  return faults.length === 0 ? EXIT.ok : EXIT.other;
}
