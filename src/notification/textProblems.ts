import { damageIn, INEXACT_NUMBER_EXPECTED, isExactNumber } from './damagedText.js';
import type { FieldProblem } from './recipient.js';

/** The recipient's texts have a reader of their own, which knows more of them. */
const READ_ELSEWHERE = 'recipient';

/**
 * The damaged texts and numbers of anything JSON can hold, by their field: keys and values, at every
 * depth. The caller has bounded the depth.
 */
export function textProblems(input: unknown): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (typeof input !== 'object' || input === null) return problems;
  for (const [name, value] of Object.entries(input)) {
    if (name !== READ_ELSEWHERE) collect(name, value, problems);
  }
  return problems;
}

function collect(field: string, value: unknown, problems: FieldProblem[]): void {
  if (typeof value === 'string') {
    const expected = damageIn(value);
    if (expected !== undefined) problems.push({ field, expected });
  } else if (typeof value === 'number') {
    if (!isExactNumber(value)) problems.push({ field, expected: INEXACT_NUMBER_EXPECTED });
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      const expected = damageIn(name);
      // A damaged name is not repeated.
      if (expected !== undefined) problems.push({ field, expected: `names that are ${expected}` });
      else collect(`${field}.${name}`, inner, problems);
    }
  }
}
