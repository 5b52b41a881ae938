import type { Goal, Row, Table } from './results.js';
import type { Spread } from './spread.js';

/** A table as text: the median of each quantity, what the runs ranged over, and its goal. */
export function printTable({ title, columns, rows }: Table): string {
  const withGoals = rows.some(({ goal }) => goal !== undefined);
  const head = ['', ...columns, ...(withGoals ? ['goal'] : [])];
  const body = rows.map((row) => [
    row.what,
    ...columns.map((column) => spreadText(row.values[column])),
    ...(withGoals ? [goalText(row, columns)] : []),
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...body].map((cells) => width(cells[at]))));
  const line = (cells: string[]) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : pad(cell, widths[at] ?? 0)))
      .join('   ')
      .trimEnd();
  return [`  ${title}`, ...[head, ...body].map((cells) => `    ${line(cells)}`)].join('\n');
}

export function printFacts(facts: Record<string, string | number>): string {
  return Object.entries(facts)
    .map(([name, value]) => `  ${name}: ${value}`)
    .join('\n');
}

function spreadText(spread: Spread | undefined): string {
  if (spread === undefined) return '–';
  const { median, min, max } = spread;
  const [middle, least, most] = [median, min, max].map(numberText);
  return least === most ? `${middle}` : `${middle} (${least}–${most})`;
}

/** As many digits as mean something: 3.017, 42.3, 1240. */
function numberText(value: number): string {
  const magnitude = Math.abs(value);
  if (Number.isInteger(value) || magnitude >= 1_000) return value.toFixed(0);
  if (magnitude >= 100) return value.toFixed(1).replace(/\.0$/, '');
  return value.toFixed(magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3);
}

function goalText({ goal }: Row, columns: readonly string[]): string {
  if (goal === undefined) return '';
  const of = goal.column !== undefined && columns.length > 1 ? `${goal.column} ` : '';
  return `${of}${boundText(goal)}: ${goal.met ? 'met' : 'MISSED'}`;
}

function boundText(goal: Goal): string {
  return 'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
}

function width(cell = ''): number {
  return cell.length;
}

function pad(cell: string, to: number): string {
  return cell.padStart(to);
}
