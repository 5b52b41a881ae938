import { z } from 'zod';
import { isNotificationId } from '../../notification/request.js';
import type { AcceptResult } from '../../queue/acceptor.js';
import { type AcceptAnswer, acceptAnswer, logDefects } from '../intake.js';
import { type ProblemKind, problem, unexpectedFailure } from '../problems.js';
import { isObject, refuseIdempotencyKey } from '../requests.js';
import { answer, ok, route } from '../route.js';
import { type ItemResult, resultList } from '../views/problemAnswers.js';
import * as example from './notificationExamples.js';

const MAX_ITEMS = 1_000;
const ITEMS = `an array of 1 to ${MAX_ITEMS} requests`;

/** Room for a thousand requests of a usual size, and for 250 of the largest. */
const BODY_LIMIT = 16 * 1024 * 1024;

const batch = z
  .strictObject(
    {
      notifications: z
        .array(z.unknown(), { error: ITEMS })
        .min(1, ITEMS)
        .max(MAX_ITEMS, ITEMS)
        .meta({
          description: 'Each stands alone: a wrong one is refused, and the others are taken.',
          items: { $ref: '#/components/schemas/NotificationRequest' },
        }),
    },
    { error: `an object with notifications, ${ITEMS}` },
  )
  .meta({ id: 'Batch' });

const batchAnswer = z
  .object({ results: resultList.meta({ description: 'In the order of the list.' }) })
  .meta({ id: 'BatchResults' });

const nothingKept = (kind: ProblemKind, retryAfter: number, results: ItemResult[]) =>
  problem(kind, {
    detail: 'Try again later, each notification with the id it has here.',
    retryAfter,
    results,
  });

/**
 * Many at once. A list that cannot be taken as a whole is refused as a whole; otherwise each item
 * stands alone.
 *
 * The answer is 200, unless nothing was kept and some of it may be kept later: then it is 503 as a
 * whole. Callers that look at the status alone must not take a lost batch for an accepted one.
 */
export const BATCH_ROUTE = route({
  method: 'POST',
  url: '/v1/notifications/batch',
  access: 'limited',
  operationId: 'sendBatch',
  summary: 'Hand over up to 1000 at once',
  description:
    'Each notification stands alone; results say what a single POST would have answered. 503 as a whole means that nothing was kept, and may be later.',
  bodyLimit: BODY_LIMIT,
  body: { schema: batch, examples: { 'Two, of which one is wrong': example.BATCH } },
  check: refuseIdempotencyKey,
  wrong: { body: { notifications: [] } },
  answers: {
    200: answer('The list was read; look at each result', batchAnswer, example.BATCH_RESULTS),
  },
  problems: [
    nothingKept('backlog-full', 30, example.BACKLOG_FULL_RESULTS),
    problem('redis-full', {
      detail: 'Try again later, each notification with the id it has here.',
      retryAfter: 30,
    }),
    unexpectedFailure(example.REQUEST.id),
  ],
  async handle({ body, caller, request }, { intake }) {
    const items = body.notifications;
    const accepted = await intake.acceptAll(items, caller.name);
    logDefects(request.log, accepted);
    const answers = accepted.map((result, index) => acceptAnswer(result, items[index]));
    const results = answers.map((one, index) => itemResult(one, index, items[index]));
    const retryAfter = longestWait(answers);
    if (retryAfter === undefined) return ok({ results });
    if (!answers.some((one) => one.kept)) {
      return nothingKept(refusalOf(accepted), retryAfter, results);
    }
    return { ...ok({ results }), headers: { 'retry-after': retryAfter } };
  },
});

/** What to call it when nothing of a batch was kept, and some of it may be later. */
function refusalOf(accepted: readonly AcceptResult[]): ProblemKind {
  const has = (status: AcceptResult['status']) => accepted.some((each) => each.status === status);
  if (has('error')) return 'unexpected-failure';
  if (has('unavailable')) return 'redis-unavailable';
  return has('redis_full') ? 'redis-full' : 'backlog-full';
}

function itemResult(given: AcceptAnswer, index: number, item: unknown): ItemResult {
  if (given.kept) {
    const { id, state } = given.view;
    return { index, status: given.status, id, state };
  }
  const { status, ...rest } = given.problem;
  const id = isObject(item) && isNotificationId(item['id']) ? { id: item['id'] } : {};
  return { index, status, ...id, ...rest };
}

function longestWait(answers: readonly AcceptAnswer[]): number | undefined {
  const waits = answers.flatMap((one) => {
    const retryAfter = one.kept ? undefined : one.problem['retryAfter'];
    return typeof retryAfter === 'number' ? [retryAfter] : [];
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}
