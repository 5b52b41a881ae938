import type { RowReason } from '../../campaign/campaign.js';
import { type Html, html } from '../../html/html.js';
import { table } from '../page/components.js';
import { named, whole } from './words.js';

const ROWS_NAMED = 5;

/** What was wrong with rows of a file: in which column, what was expected, how many, and which. */
export function reasonsTable(label: string, reasons: readonly RowReason[]): Html {
  return table(
    label,
    [
      {
        title: 'Column',
        kind: 'text',
        cell: ({ column }) => (column === '' ? 'the row as a whole' : named(column)),
      },
      { title: 'Expected', cell: ({ expected }) => expected },
      { title: 'Rows', kind: 'number', cell: ({ rows }) => whole(rows) },
      { title: 'Which', cell: ({ firstRows, rows }) => which(firstRows, rows) },
    ],
    reasons,
  );
}

function which(first: readonly number[], all: number): Html | string {
  const shown = first.slice(0, ROWS_NAMED);
  const more = all - shown.length;
  const text = `${shown.length === 1 ? 'row' : 'rows'} ${shown.join(', ')}`;
  return more <= 0 ? text : html`${text} <span class="quiet">and ${whole(more)} more</span>`;
}
