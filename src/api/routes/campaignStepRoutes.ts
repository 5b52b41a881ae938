import { z } from 'zod';
import { noUnsubscribeReason } from '../../campaign/campaignRequest.js';
import type { StepNeed, StepOutcome, StepRefused } from '../../campaign/campaignSteps.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import { LARGEST_LOOK_UP } from '../../campaign/dryRun/forecast.js';
import { RETRYABLE_STATES, whyNotRetryable } from '../../campaign/retryRows.js';
import { campaignSchema } from '../../campaign/viewSchema.js';
import { type Problem, problem } from '../problems.js';
import { answer, ok, route } from '../route.js';
import { CAMPAIGN, NO_CAMPAIGN } from '../sharedProblems.js';
import { dryRunAnswer, retryAnswer } from '../views/campaignAnswers.js';
import * as example from './campaignExamples.js';

const time = z.iso.datetime({
  offset: true,
  error: 'an ISO 8601 time with a zone, such as 2026-11-22T09:30:00Z',
});

const startRequest = z
  .strictObject({
    at: time.optional().meta({ description: 'Not before this time; now, when left out.' }),
    acceptRejected: z.boolean({ error: 'true or false' }).optional().meta({
      description: 'Start it although more than one in ten rows of its file were rejected.',
    }),
    noUnsubscribe: noUnsubscribeReason.optional().meta({
      description:
        'Why its emails may go out without a link to unsubscribe, where the template has none.',
    }),
  })
  .meta({ id: 'StartRequest' });

const ONE_LINE = 'one line of 1 to 200 characters';

const stepReason = z
  .strictObject({
    reason: z
      .string({ error: ONE_LINE })
      .trim()
      .min(1, ONE_LINE)
      .max(200, ONE_LINE)
      .regex(/^[^\p{Cc}\u2028\u2029]*$/u, ONE_LINE)
      .optional()
      .meta({ description: 'Why, in one line; others read it.' }),
  })
  .meta({ id: 'StepReason' });

const HOW_MANY = `a whole number from 0 to ${LARGEST_LOOK_UP}`;

const dryRunRequest = z
  .strictObject({
    lookUp: z
      .int({ error: HOW_MANY })
      .min(0, HOW_MANY)
      .max(LARGEST_LOOK_UP, HOW_MANY)
      .optional()
      .meta({
        description:
          'How many customers to look up in Genesys Cloud, drawn at random; none when left out. Each costs up to four requests of the allowance.',
      }),
  })
  .meta({ id: 'DryRunRequest' });

const retryRequest = z
  .strictObject({
    states: z
      .array(
        z.enum(RETRYABLE_STATES, {
          error: ({ input }) => whyNotRetryable(String(input)) ?? 'a state',
        }),
        { error: `a list from ${RETRYABLE_STATES.join(', ')}` },
      )
      .min(1, `one or more of ${RETRYABLE_STATES.join(', ')}`)
      .meta({ description: 'Rows in these states.' }),
    until: time.optional().meta({
      description: "Until when they may be sent; wanted once the campaign's own endAt has passed.",
    }),
  })
  .meta({ id: 'RetryRequest' });

const HOW_TO: Readonly<Record<StepNeed, string>> = {
  'accept-rejected': ' To accept them, start it with {"acceptRejected": true}.',
  'no-unsubscribe': ' To start it so, give the reason: {"noUnsubscribe": "…"}.',
};

export function stepRefused(id: string, refused: Omit<StepRefused, 'kind'>): Problem {
  const { state, because, possible, needs } = refused;
  const howTo = needs === undefined ? '' : HOW_TO[needs];
  const detail = `${because.charAt(0).toUpperCase()}${because.slice(1)}.${howTo}`;
  return problem('campaign-step-refused', { detail, id, state, possible, needs });
}

export const STEP_REFUSED = stepRefused('autumn', {
  state: 'importing',
  because: 'it has no rows yet; upload them first',
  possible: ['import', 'cancel'],
});

function stepResult(id: string, result: StepOutcome<CampaignView> | undefined) {
  if (result === undefined) return NO_CAMPAIGN;
  return result.kind === 'refused' ? stepRefused(id, result) : ok(result.campaign);
}

const AGAIN = 'Doing it again changes nothing.';
const NO_REASON = 'no reason was given';
const AS_A_WHOLE = 'With all that can be said';
const WRONG_STEP = { body: { because: 'wrong price' } };

const STEP = { method: 'POST', of: CAMPAIGN, problems: [STEP_REFUSED] } as const;

/**
 * What is done to a campaign. Pausing and cancelling answer also when nothing is accepted, and are
 * never counted.
 */
export const CAMPAIGN_STEP_ROUTES = [
  route({
    ...STEP,
    url: '/v1/campaigns/:id/dry-run',
    access: 'limited',
    operationId: 'dryRunCampaign',
    summary: 'See what would happen',
    description:
      'Sends nothing. Says who would be skipped, how three of the messages look, how many requests it takes and for how long, and whether endAt can be met.',
    body: {
      schema: dryRunRequest,
      examples: { 'With ten customers looked up': { lookUp: 10 } },
      optional: true,
    },
    wrong: { body: { lookUp: -1 } },
    answers: { 200: answer('What would happen', dryRunAnswer, example.DRY_RUN) },
    async handle({ id, body: { lookUp } }, { campaigns }) {
      const result = await campaigns.dryRun(id, { lookUp });
      if (result === undefined) return NO_CAMPAIGN;
      return result.kind === 'refused' ? stepRefused(id, result) : ok(result.dryRun);
    },
  }),

  route({
    ...STEP,
    url: '/v1/campaigns/:id/start',
    access: 'limited',
    operationId: 'startCampaign',
    summary: 'Start it',
    description: `Now, or at a time. Only what is ready can be started. Where more than one in ten rows of the file were rejected, it must be said that this is accepted. Where its emails have no link to unsubscribe, a reason must be given. ${AGAIN}`,
    body: {
      schema: startRequest,
      examples: { [AS_A_WHOLE]: { at: '2026-11-22T18:00:00+01:00', acceptRejected: true } },
      optional: true,
    },
    wrong: WRONG_STEP,
    answers: { 200: answer('Done', campaignSchema, example.RUNNING) },
    async handle({ id, body, caller: by }, { campaigns }) {
      const { at: time, acceptRejected = false, noUnsubscribe } = body;
      const at = time === undefined ? undefined : Date.parse(time);
      const start = { at, acceptRejected, noUnsubscribe, by };
      return stepResult(id, await campaigns.start(id, start));
    },
  }),

  route({
    ...STEP,
    url: '/v1/campaigns/:id/pause',
    access: 'key',
    operationId: 'pauseCampaign',
    summary: 'Pause it',
    description: `Within a second nothing of it leaves any more; nothing is lost. ${AGAIN}`,
    body: {
      schema: stepReason,
      examples: { [AS_A_WHOLE]: { reason: 'wrong price' } },
      optional: true,
    },
    wrong: WRONG_STEP,
    answers: { 200: answer('Done', campaignSchema, example.PAUSED) },
    async handle({ id, body: { reason = NO_REASON }, caller: by }, { campaigns }) {
      return stepResult(id, await campaigns.pause(id, { reason, by }));
    },
  }),

  route({
    ...STEP,
    url: '/v1/campaigns/:id/resume',
    access: 'limited',
    operationId: 'resumeCampaign',
    summary: 'Let it go on',
    description: `Takes no fields. ${AGAIN}`,
    body: { schema: z.strictObject({}), examples: { Nothing: {} }, optional: true },
    wrong: WRONG_STEP,
    answers: { 200: answer('Done', campaignSchema, example.RUNNING) },
    async handle({ id, caller: by }, { campaigns }) {
      return stepResult(id, await campaigns.resume(id, { by }));
    },
  }),

  route({
    ...STEP,
    url: '/v1/campaigns/:id/cancel',
    access: 'key',
    operationId: 'cancelCampaign',
    summary: 'Cancel it',
    description: `For good. What was not sent is not sent any more. ${AGAIN}`,
    body: {
      schema: stepReason,
      examples: { [AS_A_WHOLE]: { reason: 'wrong list' } },
      optional: true,
    },
    wrong: WRONG_STEP,
    answers: { 200: answer('Done', campaignSchema, example.CANCELLED_CAMPAIGN) },
    async handle({ id, body: { reason }, caller: by }, { campaigns }) {
      return stepResult(id, await campaigns.cancel(id, { reason, by }));
    },
  }),

  route({
    ...STEP,
    url: '/v1/campaigns/:id/retry',
    access: 'limited',
    operationId: 'retryRows',
    summary: 'Try rows again',
    description:
      'Only those that surely did not reach the customer; the others are listed, each with why. At most 5000 are set going at once; `left` says whether to repeat the request when these have ended.',
    body: {
      schema: retryRequest,
      examples: { 'What failed or came too late': { states: ['failed', 'expired'] } },
    },
    wrong: { body: { states: [] } },
    answers: {
      200: answer('Set going again, but for those listed', retryAnswer, example.RETRIED_ROWS),
    },
    async handle({ id, body: { states, until }, caller: by }, { campaigns }) {
      const result = await campaigns.retry(id, {
        states,
        until: until === undefined ? undefined : Date.parse(until),
        by,
      });
      if (result === undefined) return NO_CAMPAIGN;
      return result.kind === 'refused' ? stepRefused(id, result) : ok(result.report);
    },
  }),
];
