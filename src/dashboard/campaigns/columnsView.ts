import { RECIPIENT_FIELDS, type RecipientField } from '../../campaign/import/columnNames.js';
import type { FilePreview, PreviewedColumn } from '../../campaign/import/filePreview.js';
import type { FileProblem } from '../../campaign/import/unusableFile.js';
import { type Html, html } from '../../html/html.js';
import { badge, type Column, panel, table } from '../page/components.js';
import { reasonsTable } from './reasonsTable.js';
import { counted, named } from './words.js';

const FIELD_NAMES: Readonly<Record<RecipientField, string>> = {
  email: 'Email address',
  externalContactId: 'Contact id of Genesys Cloud',
  phone: 'Phone number',
  name: 'Full name',
  timeZone: 'Time zone',
  country: 'Country (for phone numbers)',
  firstName: 'First name',
  lastName: 'Last name',
};

/** What stands for "leave it out" in a list of meanings. */
export const LEFT_OUT = '-';

/** The columns of a file with what each means, to be corrected, and what its first rows come to. */
export function columnsView(
  campaignId: string | undefined,
  { columns, problems, found }: FilePreview,
  chosen: Readonly<Record<string, string>>,
  variables: readonly string[],
): Html {
  return html`${problems.length > 0 ? problemsPanel({ problems, campaignId, variables }) : found && foundPanel(found)}
${
  columns.length === 0
    ? undefined
    : html`<h2 id="columns">What the columns mean</h2>
${table(
  'Columns of the file',
  COLUMNS(chosen, variables),
  columns.map((column, at) => ({ ...column, at })),
)}`
}
<span hidden data-usable="${problems.length === 0 ? 'yes' : 'no'}"></span>`;
}

type Placed = PreviewedColumn & { at: number };

const COLUMNS = (
  chosen: Readonly<Record<string, string>>,
  variables: readonly string[],
): Column<Placed>[] => [
  {
    title: 'Column',
    kind: 'text',
    cell: ({ name }: Placed) => html`<strong>${named(name)}</strong>`,
  },
  { title: 'Is', cell: (column: Placed) => useBadge(column) },
  {
    title: 'Change it',
    cell: (column: Placed) => meaningSelect(column, chosen[column.name], variables),
  },
  {
    title: 'First rows',
    cell: ({ values }: Placed) =>
      html`<span class="samples">${values.map((value) => html`<bdi>${value === '' ? '–' : value}</bdi> `)}</span>`,
  },
];

function useBadge({ use, means }: PreviewedColumn): Html {
  switch (use) {
    case 'read':
      return html`${means.map((meaning) => html`${badge('good', meaningName(meaning))} `)}`;
    case 'kept':
      return badge('idle', 'kept for the results');
    case 'unused':
      return badge('idle', 'not used');
    case 'left_out':
      return badge('idle', 'left out');
    default:
      return use satisfies never;
  }
}

function meaningName(meaning: string): string {
  return FIELD_NAMES[meaning as RecipientField] ?? `variable ${meaning}`;
}

function meaningSelect(
  { name, at }: Placed,
  chosen: string | undefined,
  variables: readonly string[],
): Html {
  const options = [
    { value: '', label: 'By its name' },
    ...RECIPIENT_FIELDS.map((field) => ({ value: field as string, label: FIELD_NAMES[field] })),
    ...variables
      .filter((variable) => !(RECIPIENT_FIELDS as readonly string[]).includes(variable))
      .map((variable) => ({ value: variable, label: meaningName(variable) })),
    { value: LEFT_OUT, label: 'Leave it out' },
  ];
  return html`<select data-column="${name}" data-at="${at}" aria-label="What ${name} means">${options.map(
    ({ value, label }) =>
      html`<option value="${value}"${value === (chosen ?? '') ? html` selected` : undefined}>${label}</option>`,
  )}</select>`;
}

export interface UnusableFile {
  problems: readonly FileProblem[];
  /** Absent where the file is none of a campaign. */
  campaignId?: string;
  /** Of the template: one that no column holds can be given with the message. */
  variables?: readonly string[];
  title?: string;
}

/** Why the file cannot be imported as it is, and the choice that would help. */
export function problemsPanel({
  problems,
  campaignId,
  variables = [],
  title = 'This file cannot be imported like this',
}: UnusableFile): Html {
  const lacking = problems.some(
    ({ row, column = '' }) => row === undefined && variables.includes(column),
  );
  return html`<div class="panel bad" role="alert"><p><strong>${title}.</strong> Nothing of it was stored.</p>
<ul>${problems.map(
    ({ row, column, expected, suggestion }) =>
      html`<li>${row === undefined ? undefined : `Row ${row}: `}${
        column === undefined || column === '' ? undefined : html`${named(column)}: `
      }expected ${expected}${
        suggestion === undefined
          ? undefined
          : html` <button type="button" data-choose="${suggestion.column}" data-as="${suggestion.as}">Read ${named(suggestion.column)} as ${meaningName(suggestion.as)}</button>`
      }</li>`,
  )}</ul>${
    lacking && campaignId !== undefined
      ? html`<p>Say below which column holds it, or <a href="/new-campaign?like=${campaignId}">give one value for all customers</a>.</p>`
      : undefined
  }</div>`;
}

function foundPanel({
  rows,
  rejected,
  duplicates,
  rejectedBy,
}: NonNullable<FilePreview['found']>): Html {
  const all = rows + rejected + duplicates;
  const doubled = duplicates === 0 ? '' : `, ${counted(duplicates, 'duplicate')}`;
  const text = `Of the first ${counted(all, 'row')}: ${counted(rows, 'recipient')}, ${counted(rejected, 'row')} refused${doubled}.`;
  return panel(
    rejected === 0 ? 'good' : 'open',
    html`<p><strong>${text}</strong></p>${
      rejected === 0 ? undefined : reasonsTable('Why rows would be refused', rejectedBy)
    }`,
  );
}
