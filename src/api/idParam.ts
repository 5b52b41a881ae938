import type { FastifyReply, FastifyRequest } from 'fastify';
import { isNotificationId } from '../notification/request.js';
import { problem, sendProblem } from './problems.js';

export interface WithId {
  Params: { id: string };
}

/** The id in the path, or undefined when no notification can have such an id. */
export function idParam(request: FastifyRequest<WithId>): string | undefined {
  const { id } = request.params;
  if (!isNotificationId(id)) return undefined;
  request.notificationId = id;
  return id;
}

export function noNotification(reply: FastifyReply): FastifyReply {
  const detail =
    'There never was one with this id, it ended too long ago to be remembered, or it is a row of a campaign whose turn has not come.';
  return sendProblem(reply, problem('no-notification', { detail }));
}
