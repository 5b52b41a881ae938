import type { FastifyInstance } from 'fastify';
import { type FieldProblem, isNotificationId } from '../../notification/request.js';
import type { ResolveResult } from '../../notification/settlement.js';
import type { ApiParts } from '../parts.js';
import { invalidRequest, problem, sendProblem } from '../problems.js';
import { allowOnly, isObject, readQuery } from '../requests.js';

const PAGE_DEFAULT = 100;
/** The most that one answer lists, and that one request decides. */
const PAGE_MAX = 1_000;

/** Notifications that wait for a person: list them, and decide many at once. Nothing is sent by this. */
export function unknownRoutes(app: FastifyInstance, { notifications }: ApiParts): void {
  app.get('/notifications', async (request, reply) => {
    const names = ['state', 'campaignId', 'reason', 'limit', 'after'] as const;
    const { values, problems } = readQuery(request, names);
    const { state, campaignId, reason, limit = String(PAGE_DEFAULT), after } = values;
    if (state !== 'unknown') problems.push({ field: 'state', expected: 'unknown' });
    if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > PAGE_MAX) {
      problems.push({ field: 'limit', expected: `a whole number from 1 to ${PAGE_MAX}` });
    }
    if (problems.length > 0) return sendProblem(reply, invalidRequest(problems));
    return notifications.unknowns({
      limit: Number(limit),
      campaignId,
      reason,
      after,
    });
  });

  app.post('/notifications/resolve', async (request, reply) => {
    const body = readDecision(request.body);
    if (!body.ok) return sendProblem(reply, invalidRequest(body.problems));
    const { outcome, ids, ...filter } = body.decision;
    const found =
      ids === undefined
        ? await notifications.unknowns({ limit: PAGE_MAX, ...filter })
        : { notifications: ids.map((id) => ({ id })) };
    const chosen = found.notifications.map(({ id }) => id);
    const decided = await notifications.resolveAll(
      chosen.filter(isNotificationId),
      outcome,
      request.caller,
    );
    let at = 0;
    const results = chosen.map((id, index) => {
      if (isNotificationId(id)) return resultOf(decided[at++], id, index);
      return { index, ...noSuch(id) };
    });
    return { results, left: 'next' in found && found.next !== undefined };
  });
  // `resolve` can also be the id of a notification, which GET and DELETE take it for.
  allowOnly(app, '/notifications/resolve', ['POST', 'GET', 'HEAD', 'DELETE']);
}

function resultOf(result: ResolveResult | undefined, id: string, index: number): object {
  switch (result?.kind) {
    case undefined:
      return { index, ...noSuch(id) };
    case 'resolved': {
      const { state, reason } = result.record;
      return { index, status: 200, id, state, reason };
    }
    case 'not_unknown': {
      const { state, reason } = result.record;
      const because = reason === undefined ? {} : { reason };
      return { index, ...problem('not-unknown', { id, state, ...because }) };
    }
    default:
      return result satisfies never;
  }
}

function noSuch(id: string): object {
  return problem('no-notification', { id: id.slice(0, 128) });
}

interface Decision {
  outcome: 'sent' | 'not_sent';
  ids?: string[];
  campaignId?: string;
  reason?: string;
}

type DecisionBody = { ok: true; decision: Decision } | { ok: false; problems: FieldProblem[] };

const IDS = `an array of 1 to ${PAGE_MAX} ids`;

function readDecision(body: unknown): DecisionBody {
  if (!isObject(body)) {
    return { ok: false, problems: [{ field: '(request)', expected: 'an object with outcome' }] };
  }
  const { outcome, ids, campaignId, reason, ...others } = body;
  const problems = Object.keys(others).map((field) => ({ field, expected: 'no such field' }));
  if (outcome !== 'sent' && outcome !== 'not_sent') {
    problems.push({ field: 'outcome', expected: 'sent or not_sent' });
  }
  if (ids !== undefined && !isIdList(ids)) problems.push({ field: 'ids', expected: IDS });
  for (const [field, value] of Object.entries({ campaignId, reason })) {
    if (value === undefined) continue;
    if (ids !== undefined) problems.push({ field, expected: 'nothing beside ids' });
    else if (typeof value !== 'string') problems.push({ field, expected: 'a string' });
  }
  if (ids === undefined && campaignId === undefined && reason === undefined) {
    problems.push({ field: '(request)', expected: 'ids, or campaignId, reason or both' });
  }
  if (problems.length > 0 || (outcome !== 'sent' && outcome !== 'not_sent')) {
    return { ok: false, problems };
  }
  return {
    ok: true,
    decision: {
      outcome,
      ...(isIdList(ids) && { ids }),
      ...(typeof campaignId === 'string' && { campaignId }),
      ...(typeof reason === 'string' && { reason }),
    },
  };
}

function isIdList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= PAGE_MAX &&
    value.every((id) => typeof id === 'string')
  );
}
