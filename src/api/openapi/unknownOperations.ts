import * as example from './examples.js';
import type { Operation } from './operation.js';
import * as refused from './problemExamples.js';
import { BEHIND_KEY, WITH_BODY } from './problemExamples.js';

const ALWAYS = [refused.redisUnfit, refused.tooManyRequests, ...BEHIND_KEY];

/** Notifications that may have been sent, and wait for a person. */
export const UNKNOWN_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/notifications',
    operationId: 'listUnknown',
    summary: 'List what waits for a person',
    description:
      'Notifications in state unknown, the longest waiting first. An answer may have fewer than limit and still a next.',
    query: {
      state: { description: 'unknown, and no other.', schema: { enum: ['unknown'] } },
      campaignId: { description: 'Only rows of this campaign.', schema: { type: 'string' } },
      reason: { description: 'Only those with this reason.', schema: { type: 'string' } },
      limit: {
        description: 'How many at most.',
        schema: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
      },
      after: { description: 'next of the page before.', schema: { type: 'string' } },
    },
    answers: [
      { status: 200, description: 'A page', schema: 'UnknownList', example: example.UNKNOWN_LIST },
    ],
    problems: [refused.invalidUnknownQuery, ...ALWAYS],
  },
  {
    method: 'post',
    path: '/v1/notifications/resolve',
    operationId: 'resolveNotifications',
    summary: 'Decide many unknowns at once',
    description:
      'By a list of at most 1000 ids, or by campaignId, reason or both (left says whether more of them remain). Each stands alone: of two decisions the first counts, and the second is answered with what stands. Nothing is sent.',
    body: {
      schema: 'Verdicts',
      examples: {
        'By their ids': { outcome: 'not_sent', ids: ['autumn.14', 'autumn.15'] },
        'All of one kind': { outcome: 'sent', campaignId: 'autumn', reason: 'timeout' },
      },
    },
    answers: [
      {
        status: 200,
        description: 'Look at each result',
        schema: 'VerdictResults',
        example: example.VERDICT_RESULTS,
      },
    ],
    problems: [refused.invalidVerdict, ...WITH_BODY, ...ALWAYS],
  },
];
