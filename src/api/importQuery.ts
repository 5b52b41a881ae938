import type { FastifyRequest } from 'fastify';
import { type ColumnChoices, readChoice } from '../campaign/import/columnChoices.js';
import { ENCODING_EXPECTED, encodingNamed } from '../campaign/import/fileKind.js';
import type { FieldProblem } from '../notification/request.js';

export type ImportQuery =
  | { ok: true; columns: ColumnChoices; encoding?: string }
  | { ok: false; problems: FieldProblem[] };

/**
 * What an upload says of its file: `?map=COLUMN=FIELD` and `?ignore=COLUMN`, each as often as needed,
 * and the charset of its Content-Type.
 */
export function readImportQuery(request: FastifyRequest): ImportQuery {
  const problems: FieldProblem[] = [];
  const map: Record<string, string> = {};
  const ignore: string[] = [];
  for (const [field, value] of Object.entries(request.query as Record<string, unknown>)) {
    const values = [value].flat().map(String);
    if (field === 'ignore') ignore.push(...values);
    else if (field !== 'map') problems.push({ field, expected: 'no such parameter' });
    else {
      for (const text of values) {
        const choice = readChoice(text);
        if (choice.ok) map[choice.column] = choice.as;
        else problems.push({ field, expected: choice.expected });
      }
    }
  }
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(
    request.headers['content-type'] ?? '',
  )?.[1];
  const encoding = charset === undefined ? undefined : encodingNamed(charset);
  if (charset !== undefined && encoding === undefined) {
    problems.push({ field: 'content-type', expected: ENCODING_EXPECTED });
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, columns: { map, ignore }, ...(encoding !== undefined && { encoding }) };
}
