import { z } from 'zod';
import { campaignRequestSchema } from '../../campaign/campaignRequest.js';
import { describeUnreadable } from '../../campaign/unreadableCampaign.js';
import { campaignSchema } from '../../campaign/viewSchema.js';
import { invalidRequest, problem } from '../problems.js';
import { answer, ok, queryText, route, wholeNumber } from '../route.js';
import { CAMPAIGN, NO_CAMPAIGN } from '../sharedProblems.js';
import { campaignList } from '../views/campaignAnswers.js';
import * as example from './campaignExamples.js';

const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;

const idConflict = (id: string, state: string) =>
  problem('campaign-id-conflict', {
    detail: 'That one stays as it is. Use another id for this campaign.',
    id,
    state,
  });

/** Campaigns: make one, list them, look at one. */
export const CAMPAIGN_ROUTES = [
  route({
    method: 'POST',
    url: '/v1/campaigns',
    access: 'limited',
    operationId: 'createCampaign',
    summary: 'Make a campaign',
    description:
      'Its rows come after. With startAt it starts by itself at that time, once its rows are there, unless more than one in ten of them are rejected; otherwise it waits to be started.',
    body: {
      // What makes campaigns checks it, for every way in.
      schema: z.unknown(),
      described: campaignRequestSchema.meta({ id: 'CampaignRequest' }),
      examples: { 'A follow-up that ends tomorrow': example.CAMPAIGN_REQUEST },
    },
    answers: {
      201: answer('Made', campaignSchema, example.CREATED, {
        headers: { Location: 'Where to read it.' },
      }),
      200: answer('Made before, with the same request', campaignSchema, example.READY),
    },
    problems: [
      invalidRequest([
        { field: 'template', expected: 'one of follow-up, order-update' },
        { field: 'endAt', expected: 'a time in the future' },
      ]),
      idConflict('autumn', 'running'),
    ],
    async handle({ body, caller }, { campaigns }) {
      const result = await campaigns.create(body, caller);
      switch (result.kind) {
        case 'created': {
          const { campaign } = result;
          const headers = { location: `/v1/campaigns/${campaign.id}` };
          return { status: 201, body: campaign, headers };
        }
        case 'existing':
          return ok(result.campaign);
        case 'invalid':
          return invalidRequest(result.problems);
        case 'conflict':
          return idConflict(result.id, result.state);
        default:
          return result satisfies never;
      }
    },
  }),

  route({
    method: 'GET',
    url: '/v1/campaigns',
    access: 'limited',
    operationId: 'listCampaigns',
    summary: 'List campaigns',
    description: 'The newest first, a page at a time.',
    query: {
      limit: wholeNumber(1, PAGE_MAX)
        .optional()
        .meta({ description: 'How many at most; 20 when left out.' }),
      before: queryText.optional().meta({ description: 'The next of the page before.' }),
    },
    wrong: { query: { limit: '0' } },
    answers: {
      200: answer('A page', campaignList, { campaigns: [example.RUNNING], next: 'autumn' }),
    },
    async handle({ query, request }, { campaigns }) {
      const { limit = PAGE_DEFAULT, before } = query;
      const page = await campaigns.list({ limit, before });
      for (const one of page.unreadable ?? []) {
        request.log.error({ campaignId: one.id }, describeUnreadable(one));
      }
      return ok(page);
    },
  }),

  route({
    method: 'GET',
    url: '/v1/campaigns/:id',
    access: 'limited',
    operationId: 'getCampaign',
    summary: 'See how it stands',
    description: 'Counts, pace, when it will be done, why it is paused, and what can be done next.',
    of: CAMPAIGN,
    answers: { 200: answer('The campaign', campaignSchema, example.RUNNING) },
    async handle({ id }, { campaigns }) {
      const view = await campaigns.get(id);
      return view === undefined ? NO_CAMPAIGN : ok(view);
    },
  }),
];
