import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { StepOutcome, StepRefused } from '../campaign/campaigns.js';
import { readBody, reasonSchema, startSchema } from './campaignBodies.js';
import { campaignIdParam, noCampaign } from './campaignParam.js';
import type { WithId } from './idParam.js';
import { allowOnly } from './methods.js';
import type { ApiParts } from './parts.js';
import { invalidRequest, type Problem, problem, sendProblem } from './problems.js';

const NO_REASON = 'no reason was given';

/**
 * Starting and resuming: what makes notifications leave. Each step may be repeated: the second time
 * changes nothing.
 */
export function campaignStartRoutes(app: FastifyInstance, { campaigns }: ApiParts): void {
  app.post<WithId>('/campaigns/:id/start', (request, reply) =>
    takeStep(request, reply, startSchema, (id, { at, acceptRejected = false }, by) =>
      campaigns.start(id, {
        ...(at !== undefined && { at: Date.parse(at) }),
        acceptRejected,
        ...by,
      }),
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

export function stepRefused(id: string, refused: StepRefused): Problem {
  const { state, because, possible, needs } = refused;
  const howTo =
    needs === undefined ? '' : ' To accept them, start it with {"acceptRejected": true}.';
  const detail = `${because.charAt(0).toUpperCase()}${because.slice(1)}.${howTo}`;
  return problem('campaign-step-refused', {
    detail,
    id,
    state,
    possible,
    ...(needs !== undefined && { needs }),
  });
}
