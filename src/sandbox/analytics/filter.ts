import type { Row } from './dimension.js';
import type { Filter, Predicate } from './query.js';
import type { ConversationView } from './view.js';

/** Genesys: an email dimension matches by the full address, the whole local part or the whole domain. */
function matchesValue(actual: string, wanted: string): boolean {
  if (actual.toLowerCase() === wanted.toLowerCase()) return true;
  const at = actual.lastIndexOf('@');
  if (at < 0) return false;
  return [actual.slice(0, at), actual.slice(at + 1)].some(
    (part) => part.toLowerCase() === wanted.toLowerCase(),
  );
}

function holds({ dimension, operator, value }: Predicate, row: Row): boolean {
  const actual = row[dimension];
  switch (operator) {
    case 'matches':
      return actual !== undefined && value !== undefined && matchesValue(actual, value);
    case 'exists':
      return actual !== undefined;
    case 'notExists':
      return actual === undefined;
    default:
      throw new Error(`unhandled operator ${operator satisfies never}`);
  }
}

function combine<T>(type: 'and' | 'or', parts: readonly T[], test: (part: T) => boolean): boolean {
  return type === 'and' ? parts.every(test) : parts.some(test);
}

function fits({ type, predicates = [], clauses = [] }: Filter, row: Row): boolean {
  const tests = [
    ...predicates.map((predicate) => () => holds(predicate, row)),
    ...clauses.map((clause) => () => combine(clause.type, clause.predicates, (p) => holds(p, row))),
  ];
  return combine(type, tests, (test) => test());
}

/**
 * Every filter must hold. A conversation filter looks at the conversation; a segment filter holds when
 * one single segment fulfils it, so two filters may be fulfilled by two segments.
 */
export function matches(
  view: ConversationView,
  segmentFilters: readonly Filter[],
  conversationFilters: readonly Filter[],
): boolean {
  return (
    conversationFilters.every((filter) => fits(filter, view.row)) &&
    segmentFilters.every((filter) => view.segments.some((row) => fits(filter, row)))
  );
}
