import { type Spread, spreadOf } from './spread.js';

/** What a row's values should be: in one column, or in all where none is named. */
export type Goal = { column?: string } & ({ atMost: number } | { atLeast: number });

export interface Row {
  what: string;
  values: Record<string, Spread>;
  goal?: Goal & { met: boolean };
}

export interface Table {
  title: string;
  columns: readonly string[];
  rows: Row[];
}

/**
 * Gathers one table, run by run. A quantity noted again is another run of it; rows stand in the
 * order in which they were first noted.
 */
export class Results<Column extends string> {
  readonly #title: string;
  readonly #columns: readonly Column[];
  readonly #values = new Map<string, Map<Column, number[]>>();
  readonly #goals = new Map<string, Goal>();

  constructor(title: string, columns: readonly Column[]) {
    this.#title = title;
    this.#columns = columns;
  }

  note(what: string, column: Column, value: number): void {
    const row = this.#values.get(what) ?? new Map<Column, number[]>();
    row.set(column, [...(row.get(column) ?? []), value]);
    this.#values.set(what, row);
  }

  goal(what: string, goal: Goal & { column?: Column }): void {
    this.#goals.set(what, goal);
  }

  table(): Table {
    const rows = [...this.#values].map(([what, noted]): Row => {
      const values = Object.fromEntries(
        [...noted].map(([column, all]) => [column, spreadOf(all)] as const),
      );
      const goal = this.#goals.get(what);
      return { what, values, ...(goal !== undefined && { goal: judged(goal, values) }) };
    });
    return { title: this.#title, columns: this.#columns, rows };
  }
}

function judged(goal: Goal, values: Record<string, Spread>): Goal & { met: boolean } {
  const judgedOnes = goal.column === undefined ? Object.values(values) : [values[goal.column]];
  const met = judgedOnes.every((spread) => {
    const { median } = spread ?? { median: Number.NaN };
    return 'atMost' in goal ? median <= goal.atMost : median >= goal.atLeast;
  });
  return { ...goal, met };
}
