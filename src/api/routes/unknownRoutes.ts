import { z } from 'zod';
import { isNotificationId } from '../../notification/request.js';
import type { ResolveResult } from '../../notification/settlement.js';
import { problem } from '../problems.js';
import { isObject } from '../requests.js';
import { answer, ok, route } from '../route.js';
import { type ItemResult, resultList } from '../views/problemAnswers.js';
import * as example from './notificationExamples.js';

/** The most that one request decides. */
const PAGE_MAX = 1_000;

const IDS = `an array of 1 to ${PAGE_MAX} ids`;
const text = z.string({ error: 'a string' });
const BESIDE = 'nothing beside ids';
/** So that all that is wrong is named at once. */
const when = ({ value }: { value: unknown }) => isObject(value);

const verdicts = z
  .strictObject(
    {
      outcome: z.enum(['sent', 'not_sent'], { error: 'sent or not_sent' }),
      ids: z
        .custom<string[]>(isIdList, IDS)
        .optional()
        .meta({ type: 'array', items: { type: 'string' }, minItems: 1, maxItems: PAGE_MAX }),
      campaignId: text.optional(),
      reason: text.optional(),
    },
    { error: 'an object with outcome' },
  )
  .refine(({ ids, campaignId }) => ids === undefined || campaignId === undefined, {
    error: BESIDE,
    path: ['campaignId'],
    when,
  })
  .refine(({ ids, reason }) => ids === undefined || reason === undefined, {
    error: BESIDE,
    path: ['reason'],
    when,
  })
  .refine(({ ids, campaignId, reason }) => (ids ?? campaignId ?? reason) !== undefined, {
    error: 'ids, or campaignId, reason or both',
    when,
  })
  .meta({ id: 'Verdicts' });

const verdictResults = z
  .object({
    results: resultList.meta({ description: 'In the order of the ids.' }),
    left: z.boolean().meta({ description: 'Whether more that the filter fits are left.' }),
  })
  .meta({ id: 'VerdictResults' });

/** Notifications that wait for a person: decide many at once. Nothing is sent by this. */
export const UNKNOWN_ROUTES = [
  route({
    method: 'POST',
    url: '/v1/notifications/resolve',
    access: 'limited',
    operationId: 'resolveNotifications',
    summary: 'Decide many unknowns at once',
    description:
      'By a list of at most 1000 ids, or by campaignId, reason or both (left says whether more of them remain). Each stands alone: of two decisions the first counts, and the second is answered with what stands. Nothing is sent.',
    body: {
      schema: verdicts,
      examples: {
        'By their ids': { outcome: 'not_sent', ids: ['autumn.14', 'autumn.15'] },
        'All of one kind': { outcome: 'sent', campaignId: 'autumn', reason: 'timeout' },
      },
    },
    wrong: { body: { outcome: 'perhaps', ids: ['autumn.14'] } },
    answers: { 200: answer('Look at each result', verdictResults, example.VERDICT_RESULTS) },
    async handle({ body, caller }, { notifications }) {
      const { outcome, ids, ...filter } = body;
      const found =
        ids === undefined
          ? await notifications.unknowns({ limit: PAGE_MAX, ...filter })
          : { notifications: ids.map((id) => ({ id })) };
      const chosen = found.notifications.map(({ id }) => id);
      const decided = await notifications.resolveAll(
        chosen.filter(isNotificationId),
        outcome,
        caller,
      );
      let at = 0;
      const results = chosen.map((id, index) =>
        isNotificationId(id) ? resultOf(decided[at++], id, index) : noSuch(id, index),
      );
      return ok({ results, left: 'next' in found && found.next !== undefined });
    },
  }),
];

function isIdList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= PAGE_MAX &&
    value.every((id) => typeof id === 'string')
  );
}

function resultOf(result: ResolveResult | undefined, id: string, index: number): ItemResult {
  if (result === undefined) return noSuch(id, index);
  const { state, reason } = result.record;
  if (result.kind === 'resolved') return { index, status: 200, id, state, reason };
  return { index, ...problem('not-unknown', { id, state, reason }) };
}

function noSuch(id: string, index: number): ItemResult {
  return { index, ...problem('no-notification', { id: id.slice(0, 128) }) };
}
