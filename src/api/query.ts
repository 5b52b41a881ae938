import type { FastifyRequest } from 'fastify';
import type { FieldProblem } from '../notification/request.js';

/** Reads the query of a URL: it may have these names and no others, each once. */
export function readQuery<Name extends string>(
  request: FastifyRequest,
  names: readonly Name[],
): { values: Partial<Record<Name, string>>; problems: FieldProblem[] } {
  const values: Partial<Record<Name, string>> = {};
  const problems: FieldProblem[] = [];
  for (const [field, value] of Object.entries(request.query as Record<string, unknown>)) {
    const name = names.find((candidate) => candidate === field);
    if (name === undefined) problems.push({ field, expected: 'no such parameter' });
    else if (typeof value !== 'string') problems.push({ field, expected: 'one value' });
    else values[name] = value;
  }
  return { values, problems };
}
