import { z } from 'zod';
import { parseExactJson } from '../../notification/exactJson.js';
import { type FieldProblem, schemaProblems } from '../../notification/request.js';
import { isNestedTooDeeply, NESTED_TOO_DEEPLY } from '../../ops/jsonNesting.js';
import {
  type CampaignRequest,
  campaignRequestSchema,
  soundTimes,
  timeProblems,
} from '../campaignRequest.js';

/** What `NAME.json` says of the rows in the file beside it. */
const sidecarSchema = campaignRequestSchema.extend({
  start: z.enum(['now', 'never'], { error: 'now or never' }).optional(),
});

export interface Sidecar {
  request: CampaignRequest;
  /** Whether to start it as soon as its rows are there; at `startAt`, where there is one. */
  starts: boolean;
}

export type ReadSidecar = { ok: true; sidecar: Sidecar } | { ok: false; problems: FieldProblem[] };

/** Reads a sidecar, naming every wrong field at once. What the campaign makes of the rest, it says itself. */
export function readSidecar(text: string): ReadSidecar {
  const json = parseJson(text);
  if (json === undefined) {
    const expected = isNestedTooDeeply(text) ? NESTED_TOO_DEEPLY : 'one JSON object';
    return { ok: false, problems: [{ field: '(file)', expected }] };
  }
  const parsed = sidecarSchema.safeParse(json);
  const problems = [
    ...(parsed.success ? [] : schemaProblems(parsed.error)),
    ...timeProblems(soundTimes(json), Date.now()),
    ...startProblems(json),
  ];
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  const { start, ...request } = parsed.data;
  const starts = start === 'now' || request.startAt !== undefined;
  return { ok: true, sidecar: { request, starts } };
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
