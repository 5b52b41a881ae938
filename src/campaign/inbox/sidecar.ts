import { z } from 'zod';
import { type FieldProblem, schemaProblems } from '../../notification/request.js';
import { type CampaignRequest, campaignRequestSchema } from '../campaignRequest.js';

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
    return { ok: false, problems: [{ field: '(file)', expected: 'one JSON object' }] };
  }
  const parsed = sidecarSchema.safeParse(json);
  if (!parsed.success) return { ok: false, problems: schemaProblems(parsed.error) };
  const { start, ...request } = parsed.data;
  if (start === 'never' && request.startAt !== undefined) {
    const expected = 'now, or left out: there is a startAt';
    return { ok: false, problems: [{ field: 'start', expected }] };
  }
  const starts = start === 'now' || request.startAt !== undefined;
  return { ok: true, sidecar: { request, starts } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}
