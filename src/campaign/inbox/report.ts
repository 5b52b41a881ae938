import type { CampaignView } from '../campaignView.js';
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
  /** The first of the rows that were set aside; all that are kept stand in a file of their own. */
  refused: ReportedProblem[];
}

/** The report as a page of text. */
export function describeReport(report: InboxReport, at: Date, setAsideFile?: string): string {
  const { file, outcome, says, problems, campaign, refused } = report;
  const lines = [
    `${file}: ${outcome === 'done' ? 'imported' : 'not imported'} (${at.toISOString()})`,
    '',
    ...says,
    ...listed('To mend:', problems),
    ...(campaign === undefined ? [] : describeCampaign(campaign)),
    ...listed('Rows that were set aside:', refused),
    ...(setAsideFile === undefined
      ? []
      : [
          '',
          `${setAsideFile} has these rows as they were, with what is wrong: mend it and drop it with a sidecar.`,
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

function describeCampaign(campaign: NonNullable<InboxReport['campaign']>): string[] {
  const { id, name, state, startAt, import: imported } = campaign;
  const scheduled = state === 'ready' && startAt !== undefined ? `, to start at ${startAt}` : '';
  const lines = ['', `Campaign   ${id}`, `Name       ${name}`, `State      ${state}${scheduled}`];
  if (imported === undefined) return lines;
  const { rows, rejected, duplicates, ignoredColumns } = imported;
  return [
    ...lines,
    `Rows       ${rows}`,
    `Set aside  ${rejected}`,
    `Duplicates ${duplicates}`,
    ...(ignoredColumns.length === 0
      ? []
      : [`Columns that the template does not use: ${ignoredColumns.join(', ')}`]),
  ];
}

function listed(title: string, problems: readonly ReportedProblem[]): string[] {
  if (problems.length === 0) return [];
  return ['', title, ...problems.map((problem) => `  ${describeProblem(problem)}`)];
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
