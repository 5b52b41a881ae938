import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type FieldProblem, isNotificationId } from '../../notification/request.js';
import type { AcceptResult } from '../../queue/acceptor.js';
import { withTimeout } from '../../queue/timeout.js';
import { type AcceptAnswer, acceptAnswer, logDefects } from '../intake.js';
import type { ApiParts } from '../parts.js';
import { invalidRequest, type ProblemKind, problem, sendProblem } from '../problems.js';
import {
  allowOnly,
  idParam,
  isObject,
  noNotification,
  refuseIdempotencyKey,
  type WithId,
  withIdempotencyKey,
} from '../requests.js';

const MAX_ITEMS = 1_000;
/** Room for a thousand requests of a usual size, and for 250 of the largest. */
const BODY_LIMIT = 16 * 1024 * 1024;

/**
 * Many at once: `{"notifications": [...]}`, up to 1000 (always an object, so that there is room for
 * more beside the list). A list that cannot be taken as a whole is refused as a whole; otherwise
 * each item stands alone, and `results` says in the order of the input what became of it:
 * `{index, status, id?, state?, errors?, …}`, `status` being what a single POST would have answered.
 *
 * The answer is 200, unless nothing was kept and some of it may be kept later: then it is 503 as a
 * whole, since who looks at the status alone must not take a lost batch for an accepted one.
 */
export function batchRoute(app: FastifyInstance, { intake }: ApiParts): void {
  app.post('/notifications/batch', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const batch = readBatch(request);
    if (!batch.ok) return sendProblem(reply, invalidRequest(batch.problems));
    const accepted = await intake.acceptAll(batch.items, request.caller);
    logDefects(request.log, accepted);
    const answers = accepted.map((result, index) => acceptAnswer(result, batch.items[index]));
    const results = answers.map((answer, index) => itemResult(answer, index, batch.items[index]));
    const retryAfter = longestWait(answers);
    if (retryAfter === undefined) return reply.send({ results });
    if (!answers.some((answer) => answer.kept)) {
      const detail = 'Try again later, each notification with the id it has here.';
      return sendProblem(reply, problem(refusalOf(accepted), { detail, retryAfter, results }));
    }
    return reply.header('retry-after', retryAfter).send({ results });
  });
  // `batch` can also be the id of a notification, which GET and DELETE take it for.
  allowOnly(app, '/notifications/batch', ['POST', 'GET', 'HEAD', 'DELETE']);
}

/** What to call it when nothing of a batch was kept, and some of it may be later. */
function refusalOf(accepted: readonly AcceptResult[]): ProblemKind {
  const has = (status: AcceptResult['status']) => accepted.some((each) => each.status === status);
  if (has('error')) return 'unexpected-failure';
  if (has('unavailable')) return 'redis-unavailable';
  return has('redis_full') ? 'redis-full' : 'backlog-full';
}

type Batch = { ok: true; items: unknown[] } | { ok: false; problems: FieldProblem[] };

function readBatch(request: FastifyRequest): Batch {
  const problems = refuseIdempotencyKey(request);
  const { body } = request;
  const expected = `an array of 1 to ${MAX_ITEMS} requests`;
  if (!isObject(body)) {
    problems.push({ field: '(request)', expected: `an object with notifications, ${expected}` });
    return { ok: false, problems };
  }
  const { notifications: items, ...others } = body;
  problems.push(...Object.keys(others).map((field) => ({ field, expected: 'no such field' })));
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_ITEMS) {
    problems.push({ field: 'notifications', expected });
    return { ok: false, problems };
  }
  return problems.length === 0 ? { ok: true, items } : { ok: false, problems };
}

function itemResult(answer: AcceptAnswer, index: number, item: unknown) {
  if (answer.kept) {
    const { id, state } = answer.view;
    return { index, status: answer.status, id, state };
  }
  const { status, ...rest } = answer.problem;
  const id = isObject(item) && isNotificationId(item['id']) ? { id: item['id'] } : {};
  return { index, status, ...id, ...rest };
}

function longestWait(answers: readonly AcceptAnswer[]): number | undefined {
  const waits = answers.flatMap((answer) => {
    const retryAfter = answer.kept ? undefined : answer.problem['retryAfter'];
    return typeof retryAfter === 'number' ? [retryAfter] : [];
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** What `POST /v1/notifications` reads at most. A request itself is limited to 64 KB. */
const NOTIFICATION_ROUTES_BODY_LIMIT = 1024 * 1024;

/** One notification: hand it over, read it, cancel it. */
export function notificationRoutes(app: FastifyInstance, parts: ApiParts): void {
  const { intake, notifications } = parts;

  app.post(
    '/notifications',
    { bodyLimit: NOTIFICATION_ROUTES_BODY_LIMIT },
    async (request, reply) => {
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
    },
  );
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
    const result = await withTimeout(cancel(id, request.caller), id);
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
    const result = await withTimeout(resolve(id, body.verdict, request.caller), id);
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
    const result = await withTimeout(retry(id, request.caller), id);
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
