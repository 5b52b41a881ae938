import type { PartName } from './templateParts.js';

/** One thing wrong with a template, said so that its author can correct it. */
export interface TemplateProblem {
  template: string;
  /** A part, template.json, or nothing when the folder as a whole is meant. */
  file?: string;
  line?: number;
  message: string;
}

/** Templates that cannot be used, with everything found wrong in them. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly problems: readonly TemplateProblem[];

  constructor(problems: readonly TemplateProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

function describeProblem({ template, file, line, message }: TemplateProblem): string {
  const place = file === undefined ? template : `${template}/${file}`;
  return `${place}${line === undefined ? '' : `:${line}`}: ${message}`;
}

/** What is wrong in one part; the caller knows which template it belongs to. */
export interface PartProblem {
  part: PartName;
  line?: number;
  message: string;
}

/** ` (did you mean x?)` when a known word is near enough to be a slip of the keyboard. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearestTo(word, known);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

/** The known word that is near enough to be a slip of the keyboard. */
export function nearestTo(word: string, known: readonly string[]): string | undefined {
  return known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

function editDistance(from: string, to: string): number {
  const a = from.toLowerCase().slice(0, 64);
  const b = to.toLowerCase().slice(0, 64);
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const deletion = (previous[column] ?? 0) + 1;
      const insertion = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(substitution, deletion, insertion));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
