import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { StepOutcome, StepRefused } from '../campaign/campaigns.js';
import { type FieldProblem, schemaProblems } from '../notification/request.js';
import { campaignIdParam, noCampaign } from './campaignParam.js';
import type { WithId } from './idParam.js';
import { allowOnly } from './methods.js';
import type { ApiParts } from './parts.js';
import { invalidRequest, type Problem, problem, sendProblem } from './problems.js';

const reason = z
  .string({ error: 'one line of 1 to 200 characters' })
  .trim()
  .min(1, 'one line of 1 to 200 characters')
  .max(200, 'one line of 1 to 200 characters')
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'one line of 1 to 200 characters');

export const startSchema = z.strictObject({
  at: z.iso
    .datetime({ offset: true, error: 'an ISO 8601 time with a zone' })
    .optional()
    .meta({ description: 'Not before this time; now, when left out.' }),
});

export const reasonSchema = z.strictObject({
  reason: reason.optional().meta({ description: 'Why, in one line; others read it.' }),
});

const NO_REASON = 'no reason was given';

/**
 * Starting and resuming: what makes notifications leave. Each step may be repeated: the second time
 * changes nothing.
 */
export function campaignStartRoutes(app: FastifyInstance, { campaigns }: ApiParts): void {
  app.post<WithId>('/campaigns/:id/start', (request, reply) =>
    takeStep(request, reply, startSchema, (id, { at }, by) =>
      campaigns.start(id, { ...(at !== undefined && { at: Date.parse(at) }), ...by }),
    ),
  );
  allowOnly(app, '/campaigns/:id/start', ['POST']);

  app.post<WithId>('/campaigns/:id/resume', (request, reply) =>
    takeStep(request, reply, z.strictObject({}), (id, _body, by) => campaigns.resume(id, by)),
  );
  allowOnly(app, '/campaigns/:id/resume', ['POST']);
}

/** Pausing and cancelling: they answer also when nothing is accepted, and are never counted. */
export function campaignHaltRoutes(app: FastifyInstance, { campaigns }: ApiParts): void {
  app.post<WithId>('/campaigns/:id/pause', (request, reply) =>
    takeStep(request, reply, reasonSchema, (id, body, by) =>
      campaigns.pause(id, { reason: body.reason ?? NO_REASON, ...by }),
    ),
  );
  allowOnly(app, '/campaigns/:id/pause', ['POST']);

  app.post<WithId>('/campaigns/:id/cancel', (request, reply) =>
    takeStep(request, reply, reasonSchema, (id, body, by) =>
      campaigns.cancel(id, { ...(body.reason !== undefined && { reason: body.reason }), ...by }),
    ),
  );
  allowOnly(app, '/campaigns/:id/cancel', ['POST']);
}

async function takeStep<Body>(
  request: FastifyRequest<WithId>,
  reply: FastifyReply,
  schema: z.ZodType<Body>,
  step: (id: string, body: Body, by: { by?: string }) => Promise<StepOutcome | undefined>,
): Promise<FastifyReply> {
  const id = campaignIdParam(request);
  if (id === undefined) return noCampaign(reply);
  const body = readBody(request.body, schema);
  if (!body.ok) return sendProblem(reply, invalidRequest(body.problems));
  const { caller } = request;
  const result = await step(id, body.body, caller === undefined ? {} : { by: caller });
  if (result === undefined) return noCampaign(reply);
  if (result.kind === 'refused') return sendProblem(reply, stepRefused(id, result));
  return reply.send(result.campaign);
}

type ReadBody<Body> = { ok: true; body: Body } | { ok: false; problems: FieldProblem[] };

/** A body that may be left out: it counts as an empty object then. */
export function readBody<Body>(body: unknown, schema: z.ZodType<Body>): ReadBody<Body> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return { ok: true, body: parsed.data };
  return { ok: false, problems: schemaProblems(parsed.error) };
}

export function stepRefused(id: string, { state, because, possible }: StepRefused): Problem {
  const detail = `The campaign is ${state}: ${because}.`;
  return problem('campaign-step-refused', { detail, id, state, possible });
}
