import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type FieldProblem, isNotificationId } from '../notification/request.js';
import type { AcceptResult } from '../queue/acceptor.js';
import { type AcceptAnswer, acceptAnswer, logDefects } from './acceptance.js';
import { refuseIdempotencyKey } from './idempotencyKey.js';
import { isObject } from './json.js';
import { allowOnly } from './methods.js';
import type { ApiParts } from './parts.js';
import { invalidRequest, type ProblemKind, problem, sendProblem } from './problems.js';

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
