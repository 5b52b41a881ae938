import type { FastifyBaseLogger } from 'fastify';
import type { NotificationRequest } from '../notification/request.js';
import { type NotificationView, viewOf } from '../notification/view.js';
import { errorLabel } from '../ops/errorLabel.js';
import type { AcceptResult } from '../queue/acceptor.js';
import {
  invalidRequest,
  type Problem,
  problem,
  redisUnavailable,
  unexpectedFailure,
} from './problems.js';

/** What acceptance answers over HTTP, for one request and for each of a batch alike. */
export type AcceptAnswer =
  | { kept: true; status: 202 | 200; view: NotificationView }
  | { kept: false; problem: Problem };

export function acceptAnswer(result: AcceptResult, input: unknown): AcceptAnswer {
  switch (result.status) {
    case 'accepted':
    case 'existing': {
      // Both mean that the input is valid, and that it is what the ledger knows under this id.
      const view = viewOf(result.record, input as NotificationRequest);
      return { kept: true, status: result.status === 'accepted' ? 202 : 200, view };
    }
    case 'invalid':
      return { kept: false, problem: invalidRequest(result.problems) };
    case 'conflict': {
      const { id, state } = result;
      const detail = 'That one stays as it is. Use another id for this request.';
      return { kept: false, problem: problem('id-conflict', { detail, id, state }) };
    }
    case 'backlog_full':
    case 'redis_full': {
      const retryAfter = Math.ceil(result.retryAfterMs / 1000);
      const detail = 'Nothing was stored. Try again later, with this id.';
      return {
        kept: false,
        problem: problem(result.status === 'redis_full' ? 'redis-full' : 'backlog-full', {
          detail,
          id: result.id,
          retryAfter,
        }),
      };
    }
    case 'unavailable':
      return { kept: false, problem: redisUnavailable(result.id) };
    case 'error':
      return { kept: false, problem: unexpectedFailure(result.id) };
    default: {
      const never: never = result;
      throw new Error(`unhandled result ${String(never)}`);
    }
  }
}

/** Acceptance answers each request by itself, a defect too; here the log gets it. */
export function logDefects(log: FastifyBaseLogger, results: readonly AcceptResult[]): void {
  for (const result of results) {
    if (result.status !== 'error') continue;
    log.error({ notificationId: result.id, error: errorLabel(result.error) }, 'acceptance failed');
  }
}
