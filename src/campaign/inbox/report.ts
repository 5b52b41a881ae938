import type { CampaignView } from '../campaignView.js';
import { describeRowReasons } from '../rowReasons.js';
import type { OutcomeFolder } from './fileNames.js';

/** One thing to mend: in the file, or in its sidecar. Never what stands in a cell. */
export interface ReportedProblem {
  where: 'file' | 'sidecar';
  row?: number;
  column?: string;
  field?: string;
  expected: string;
}

/** What became of a dropped file, for people and for programs. */
export interface InboxReport {
  file: string;
  outcome: OutcomeFolder;
  /** What happened, and what to do now, in sentences. */
  says: string[];
  problems: ReportedProblem[];
  campaign?: Pick<CampaignView, 'id' | 'name' | 'state' | 'startAt' | 'import'>;
  /** Problems of the first rejected rows; all that are kept stand in a file of their own. */
  rejected: ReportedProblem[];
  /** The same, under its earlier name. */
  refused: ReportedProblem[];
}

/** The report as a page of text. */
export function describeReport(report: InboxReport, at: Date, rejectedFile?: string): string {
  const { file, outcome, says, problems, campaign } = report;
  const lines = [
    `${file}: ${outcome === 'done' ? 'imported' : 'not imported'} (${at.toISOString()})`,
    '',
    ...says,
    ...listed('To correct:', problems),
    ...(campaign === undefined ? [] : describeCampaign(campaign)),
    ...(rejectedFile === undefined
      ? []
      : [
          '',
          `${rejectedFile} has the rejected rows as they were, with what is wrong: correct it and drop it with a sidecar.`,
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

function describeCampaign(campaign: NonNullable<InboxReport['campaign']>): string[] {
  const { id, name, state, startAt, import: imported } = campaign;
  const scheduled = state === 'ready' && startAt !== undefined ? `, to start at ${startAt}` : '';
  const lines = ['', `Campaign   ${id}`, `Name       ${name}`, `State      ${state}${scheduled}`];
  if (imported === undefined) return lines;
  const { rows, rejected, duplicates, ignoredColumns, rejectedBy, warned, warnings } = imported;
  return [
    ...lines,
    `Rows       ${rows}`,
    `Rejected   ${rejected}`,
    `Duplicates ${duplicates}`,
    `Warnings   ${warned}`,
    ...(ignoredColumns.length === 0
      ? []
      : [`Columns that the template does not use: ${ignoredColumns.join(', ')}`]),
    ...titled('Rejected rows:', describeRowReasons(rejectedBy)),
    ...titled(
      'Warnings: these addresses were left out, and another one reaches the customer:',
      describeRowReasons(warnings),
    ),
  ];
}

function listed(title: string, problems: readonly ReportedProblem[]): string[] {
  if (problems.length === 0) return [];
  return titled(title, problems.map(describeProblem));
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function describeProblem({ where, row, column, field, expected }: ReportedProblem): string {
  const place = [
    ...(where === 'sidecar' ? ['sidecar'] : []),
    ...(row === undefined ? [] : [`row ${row}`]),
    ...(column === undefined ? [] : [`column ${column}`]),
    ...(field === undefined ? [] : [field]),
  ].join(', ');
  return place === '' ? `expected ${expected}` : `${place}: expected ${expected}`;
}
