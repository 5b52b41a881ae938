import type { Table } from './results.js';
import type { Stage } from './stage.js';

/** One file of `benchmarks/` exports one of these as `benchmark`; its file's name is its name. */
export interface Benchmark {
  /** What is measured, beside what. */
  about: string;
  run(stage: Stage): Promise<Report>;
}

export interface Report {
  /** What the numbers hold for, beside the conditions of all: concurrency, sizes, scaled clocks. */
  settings: Record<string, string | number>;
  tables: Table[];
}
