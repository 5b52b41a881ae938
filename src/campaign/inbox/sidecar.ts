import { z } from 'zod';
import { isNestedTooDeeply, NESTED_TOO_DEEPLY } from '../../http/jsonNesting.js';
import { parseExactJson } from '../../notification/exactJson.js';
import { type FieldProblem, schemaProblems } from '../../notification/request.js';
import {
  type CampaignRequest,
  campaignRequestSchema,
  soundTimes,
  timeProblems,
} from '../campaignRequest.js';
import type { ColumnChoices } from '../import/columnChoices.js';
import { ENCODING_EXPECTED, encodingNamed } from '../import/fileText.js';

/** What `NAME.json` says of the rows in the file beside it. */
const sidecarSchema = campaignRequestSchema.extend({
  start: z.enum(['now', 'never'], { error: 'now or never' }).optional(),
  encoding: z
    .string({ error: ENCODING_EXPECTED })
    .refine((label) => encodingNamed(label) !== undefined, ENCODING_EXPECTED)
    .optional(),
});

export interface Sidecar {
  request: CampaignRequest;
  /** Whether to start it as soon as its rows are there; at `startAt`, where there is one. */
  starts: boolean;
  /** What its columns mean, and how its letters are written. */
  columns: Partial<ColumnChoices>;
  encoding?: string;
  /** Whether it may start however many rows are rejected. */
  acceptRejected: boolean;
}

export type ReadSidecar = { ok: true; sidecar: Sidecar } | { ok: false; problems: FieldProblem[] };

/**
 * Reads a sidecar, naming every wrong field at once. What else a campaign needs, its creation checks.
 * `now` is Redis' time; while it is not known, no time is compared with it.
 */
export function readSidecar(text: string, now: number | undefined): ReadSidecar {
  const json = parseJson(text);
  if (json === undefined) {
    const expected = isNestedTooDeeply(text) ? NESTED_TOO_DEEPLY : 'one JSON object';
    return { ok: false, problems: [{ field: '(file)', expected }] };
  }
  const parsed = sidecarSchema.safeParse(json);
  const problems = [
    ...(parsed.success ? [] : schemaProblems(parsed.error)),
    ...timeProblems(soundTimes(json), now),
    ...startProblems(json),
  ];
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  const { start, encoding, map, ignore, acceptRejected = false, ...request } = parsed.data;
  const starts = start === 'now' || request.startAt !== undefined;
  const columns = { map, ignore };
  return { ok: true, sidecar: { request, starts, columns, acceptRejected, encoding } };
}

function startProblems(json: unknown): FieldProblem[] {
  const { start, startAt } = (json ?? {}) as { start?: unknown; startAt?: unknown };
  if (start !== 'never' || startAt === undefined) return [];
  return [{ field: 'start', expected: 'now, or left out: there is a startAt' }];
}

function parseJson(text: string): unknown {
  try {
    return parseExactJson(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}
