import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { StepOutcome, StepRefused } from '../../campaign/campaignSteps.js';
import { describeUnreadable } from '../../campaign/store.js';
import type { CampaignView } from '../../campaign/view.js';
import type { ApiParts } from '../parts.js';
import { invalidRequest, type Problem, problem, sendProblem } from '../problems.js';
import {
  allowOnly,
  campaignIdParam,
  noCampaign,
  readBody,
  readQuery,
  reasonSchema,
  startSchema,
  type WithId,
} from '../requests.js';

const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;

/** Campaigns: make one, list them, look at one. */
export function campaignRoutes(app: FastifyInstance, { campaigns }: ApiParts): void {
  app.post('/campaigns', async (request, reply) => {
    const result = await campaigns.create(request.body, request.caller);
    switch (result.kind) {
      case 'created':
        reply.header('location', `/v1/campaigns/${result.campaign.id}`);
        return reply.code(201).send(result.campaign);
      case 'existing':
        return reply.send(result.campaign);
      case 'invalid':
        return sendProblem(reply, invalidRequest(result.problems));
      case 'conflict': {
        const { id, state } = result;
        const detail = 'That one stays as it is. Use another id for this campaign.';
        return sendProblem(reply, problem('campaign-id-conflict', { detail, id, state }));
      }
      default:
        return result satisfies never;
    }
  });

  app.get('/campaigns', async (request, reply) => {
    const { values, problems } = readQuery(request, ['limit', 'before']);
    const { limit: asked = String(PAGE_DEFAULT), before } = values;
    const limit = /^\d+$/.test(asked) ? Number(asked) : 0;
    if (limit < 1 || limit > PAGE_MAX) {
      problems.push({ field: 'limit', expected: `a whole number from 1 to ${PAGE_MAX}` });
    }
    if (problems.length > 0) return sendProblem(reply, invalidRequest(problems));
    const page = await campaigns.list({ limit, before });
    for (const one of page.unreadable ?? []) {
      request.log.error({ campaignId: one.id }, describeUnreadable(one));
    }
    return page;
  });
  allowOnly(app, '/campaigns', ['GET', 'HEAD', 'POST']);

  app.get<WithId>('/campaigns/:id', async (request, reply) => {
    const id = campaignIdParam(request);
    const view = id === undefined ? undefined : await campaigns.get(id);
    return view === undefined ? noCampaign(reply) : reply.send(view);
  });
  allowOnly(app, '/campaigns/:id', ['GET', 'HEAD']);
}

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
      campaigns.cancel(id, { reason: body.reason, ...by }),
    ),
  );
  allowOnly(app, '/campaigns/:id/cancel', ['POST']);
}

async function takeStep<Body>(
  request: FastifyRequest<WithId>,
  reply: FastifyReply,
  schema: z.ZodType<Body>,
  step: (
    id: string,
    body: Body,
    by: { by?: string },
  ) => Promise<StepOutcome<CampaignView> | undefined>,
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
    needs,
  });
}
