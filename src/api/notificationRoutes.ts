import type { FastifyInstance } from 'fastify';
import { withPatience } from '../queue/patience.js';
import { acceptAnswer, logDefects } from './acceptance.js';
import { withIdempotencyKey } from './idempotencyKey.js';
import { idParam, noNotification, type WithId } from './idParam.js';
import { allowOnly } from './methods.js';
import type { ApiParts } from './parts.js';
import { invalidRequest, problem, sendProblem } from './problems.js';

/** What `POST /v1/notifications` reads at most. A request itself is limited to 64 KB. */
const BODY_LIMIT = 1024 * 1024;

/** One notification: hand it over, read it, cancel it. */
export function notificationRoutes(app: FastifyInstance, parts: ApiParts): void {
  const { intake, notifications } = parts;

  app.post('/notifications', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const keyed = withIdempotencyKey(request, intake);
    if (!keyed.ok) return sendProblem(reply, invalidRequest(keyed.problems));
    const [result] = await intake.acceptAll([keyed.input], request.caller);
    if (result === undefined) throw new Error('no result for one request');
    logDefects(request.log, [result]);
    const answer = acceptAnswer(result, keyed.input);
    if (!answer.kept) return sendProblem(reply, answer.problem);
    request.notificationId = answer.view.id;
    if (answer.status === 202) reply.header('location', `/v1/notifications/${answer.view.id}`);
    return reply.code(answer.status).send(answer.view);
  });
  allowOnly(app, '/notifications', ['POST', 'GET', 'HEAD']);

  app.get<WithId>('/notifications/:id', async (request, reply) => {
    const id = idParam(request);
    const view = id === undefined ? undefined : await notifications.get(id);
    return view === undefined ? noNotification(reply) : reply.send(view);
  });

  const cancel = async (id: string, by: string | undefined) => {
    const result = await notifications.cancel(id, by);
    if (result?.kind !== 'cancelled') return result;
    return { ...result, view: await notifications.viewOf(result.record) };
  };

  app.delete<WithId>('/notifications/:id', async (request, reply) => {
    const id = idParam(request);
    if (id === undefined) return noNotification(reply);
    const result = await withPatience(cancel(id, request.caller), id);
    switch (result?.kind) {
      case undefined:
        return noNotification(reply);
      case 'cancelled':
        return reply.send(result.view);
      case 'too_late': {
        const { state } = result;
        const detail = 'Only what is accepted, queued or processing can be cancelled.';
        return sendProblem(reply, problem('too-late', { detail, id, state }));
      }
      default:
        return result satisfies never;
    }
  });
  allowOnly(app, '/notifications/:id', ['GET', 'HEAD', 'DELETE']);
}
