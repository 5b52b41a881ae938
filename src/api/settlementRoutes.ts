import type { FastifyInstance } from 'fastify';
import type { FieldProblem } from '../notification/request.js';
import { withPatience } from '../queue/patience.js';
import { idParam, noNotification, type WithId } from './idParam.js';
import { isObject } from './json.js';
import { allowOnly } from './methods.js';
import type { ApiParts } from './parts.js';
import { invalidRequest, problem, sendProblem } from './problems.js';

/** What a person decides about a notification: what became of an `unknown`, and to try again. */
export function settlementRoutes(app: FastifyInstance, { notifications }: ApiParts): void {
  const resolve = async (id: string, verdict: Verdict, by: string | undefined) => {
    const result = await notifications.resolve(id, verdict, by);
    if (result?.kind !== 'resolved') return result;
    return { ...result, view: await notifications.viewOf(result.record) };
  };

  app.post<WithId>('/notifications/:id/resolve', async (request, reply) => {
    const id = idParam(request);
    if (id === undefined) return noNotification(reply);
    const body = readVerdict(request.body);
    if (!body.ok) return sendProblem(reply, invalidRequest(body.problems));
    const result = await withPatience(resolve(id, body.verdict, request.caller), id);
    switch (result?.kind) {
      case undefined:
        return noNotification(reply);
      case 'resolved':
        return reply.send(result.view);
      case 'not_unknown':
        return sendProblem(reply, problem('not-unknown', { id, state: result.state }));
      default:
        return result satisfies never;
    }
  });
  allowOnly(app, '/notifications/:id/resolve', ['POST']);

  const retry = async (id: string, by: string | undefined) => {
    const result = await notifications.retry(id, by);
    if (result?.kind !== 'retried') return result;
    return { ...result, view: await notifications.viewOf(result.record) };
  };

  app.post<WithId>('/notifications/:id/retry', async (request, reply) => {
    const id = idParam(request);
    if (id === undefined) return noNotification(reply);
    const result = await withPatience(retry(id, request.caller), id);
    switch (result?.kind) {
      case undefined:
        return noNotification(reply);
      case 'retried':
        return reply.code(202).send(result.view);
      case 'refused': {
        const { state, because } = result;
        const detail = REFUSALS[because];
        return sendProblem(reply, problem('not-retryable', { detail, id, state, reason: because }));
      }
      case 'request_gone': {
        const detail = 'It ended too long ago. Send the request anew, with another id.';
        return sendProblem(reply, problem('request-gone', { detail, id, reason: result.kind }));
      }
      default:
        return result satisfies never;
    }
  });
  allowOnly(app, '/notifications/:id/retry', ['POST']);
}

const REFUSALS = {
  may_have_arrived: 'A message may have reached the customer; a retry could send it twice.',
  still_running: 'It has not ended yet.',
} as const;

type Verdict = 'sent' | 'not_sent';

type VerdictBody = { ok: true; verdict: Verdict } | { ok: false; problems: FieldProblem[] };

function readVerdict(body: unknown): VerdictBody {
  if (!isObject(body)) {
    return { ok: false, problems: [{ field: '(request)', expected: 'an object with outcome' }] };
  }
  const { outcome, ...others } = body;
  const problems = Object.keys(others).map((field) => ({ field, expected: 'no such field' }));
  if (outcome === 'sent' || outcome === 'not_sent') {
    return problems.length === 0 ? { ok: true, verdict: outcome } : { ok: false, problems };
  }
  return { ok: false, problems: [{ field: 'outcome', expected: 'sent or not_sent' }, ...problems] };
}
