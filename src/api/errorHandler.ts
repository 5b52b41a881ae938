import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UnreadableCampaignError } from '../campaign/unreadableCampaign.js';
import { BodyRefused } from '../http/jsonBody.js';
import { UnreadableRecordError } from '../notification/codec.js';
import { redactedError } from '../ops/logger.js';
import { RedisUnavailableError, UnexpectedFailureError } from '../queue/notifierErrors.js';
import { describeRedisFault, redisFaultOf } from '../redis/redisFault.js';
import {
  httpProblem,
  type Problem,
  redisUnavailable,
  sendProblem,
  unexpectedFailure,
} from './problems.js';
import { TooManyRequests } from './rateLimit.js';
import { NotUtf8Error } from './requests.js';
import {
  defect,
  INVALID_JSON,
  NOT_JSON,
  TOO_DEEP,
  TOO_MANY_BODIES,
  tooLarge,
} from './sharedProblems.js';

/** What the framework refuses by itself, in our words: its own messages quote the request. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: INVALID_JSON,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: httpProblem(400, 'The body is not as long as announced.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: NOT_JSON,
  FST_ERR_BAD_URL: httpProblem(400, 'The URL is malformed.'),
  FST_ERR_MAX_PARAM_LENGTH: httpProblem(404, 'There is nothing at this URL.'),
};

/** A body that a page did not send. */
export class NotAFormError extends Error {
  override readonly name = 'NotAFormError';
}

/** Answers everything that goes wrong outside a handler's own judgement with a problem document. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, httpProblem(404, 'There is nothing at this URL.')),
  );
}

export function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  // A refused body is read to its end and thrown away: cutting the connection while the caller is
  // still writing would cost them the answer. The time limit for a request bounds this.
  reply.removeHeader('connection');
  const since = request.server.redisDownSince?.();
  if (error instanceof RedisUnavailableError) {
    const { id, mayBeDone } = error;
    return sendProblem(reply, redisUnavailable(id, { mayBeDone, since }));
  }
  if (error instanceof BodyRefused) return sendProblem(reply, bodyRefused(error, request));
  if (error instanceof NotAFormError) {
    const detail = 'Send the form as application/x-www-form-urlencoded.';
    return sendProblem(reply, httpProblem(415, detail));
  }
  if (error instanceof NotUtf8Error) {
    return sendProblem(reply, httpProblem(400, 'The body is not UTF-8. Encode it as UTF-8.'));
  }
  if (error instanceof UnexpectedFailureError) {
    request.log.error({ error: redactedError(error.cause) }, 'a request failed');
    return sendProblem(reply, unexpectedFailure(error.id));
  }
  if (error instanceof UnreadableCampaignError) {
    request.log.error({ campaignId: error.id }, error.message);
    return sendProblem(reply, httpProblem(500, error.message));
  }
  if (error instanceof UnreadableRecordError) {
    request.log.error({ notificationId: error.id }, error.message);
    return sendProblem(reply, httpProblem(500, error.message));
  }
  const fault = redisFaultOf(error);
  if (fault !== undefined) {
    request.log.warn({ redis: fault }, describeRedisFault(fault));
    return sendProblem(reply, redisUnavailable(undefined, { since }));
  }
  if (error instanceof TooManyRequests) return sendProblem(reply, error.problem);
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return sendProblem(reply, tooLarge(request.routeOptions.bodyLimit));
  }
  const known = FRAMEWORK_PROBLEMS[String(code)];
  if (known !== undefined) return sendProblem(reply, known);
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return sendProblem(reply, httpProblem(statusCode, 'The request cannot be read.'));
  }
  request.log.error({ error: redactedError(error) }, 'a request failed');
  return sendProblem(reply, defect(request.id));
}

function bodyRefused({ because }: BodyRefused, { routeOptions }: FastifyRequest): Problem {
  switch (because) {
    case 'nested':
      return TOO_DEEP;
    case 'cut_short':
      return httpProblem(400, 'The body is not as long as announced.');
    case 'too_large':
      return tooLarge(routeOptions.bodyLimit);
    case 'no_room':
      return TOO_MANY_BODIES;
    default:
      return because satisfies never;
  }
}
