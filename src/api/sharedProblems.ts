import { isCampaignId } from '../campaign/campaignRequest.js';
import { DEEPEST_JSON } from '../http/jsonNesting.js';
import { isNotificationId } from '../notification/request.js';
import { httpProblem, type Problem, problem, redisUnavailable } from './problems.js';
import type { RouteSpec, Subject } from './route.js';

/* What routes refuse alike. The same problems are answered and documented. */

export const NO_NOTIFICATION = problem('no-notification', {
  detail:
    'There never was one with this id, it ended too long ago to be remembered, or it is a row of a campaign whose turn has not come.',
});
export const NO_CAMPAIGN = problem('no-campaign', {
  detail: 'There never was one with this id, or it ended too long ago to be remembered.',
});

export const INVALID_JSON = httpProblem(400, 'The body is not valid JSON.');
export const TOO_DEEP = httpProblem(
  400,
  `The body is nested more than ${DEEPEST_JSON} levels deep.`,
);
export const NOT_JSON = httpProblem(415, 'Send the body as application/json.');
export const TOO_MANY_BODIES = problem('too-many-bodies', {
  detail: 'Other large bodies are being read. Try again later, or send smaller ones.',
  retryAfter: 1,
});
export const UNAUTHORIZED = problem('unauthorized', {
  detail: 'Send a key in the header: Authorization: Bearer KEY.',
});
export const STOPPING = problem('stopping', { retryAfter: 1 });

export function tooLarge(limit: number): Problem {
  return httpProblem(413, `A body of at most ${limit} bytes is allowed here.`);
}

/** Only where no key is asked for: a page of another site, or another name than this machine's. */
export function foreignPage(detail: string): Problem {
  return httpProblem(403, detail);
}

export function tooManyRequests(requestsPerMinute: number, retryAfter: number): Problem {
  const detail = `At most ${requestsPerMinute} requests a minute; a batch counts as one.`;
  return problem('too-many-requests', { detail, retryAfter });
}

export function redisUnfit(detail: string): Problem {
  return problem('redis-unfit', { detail, retryAfter: 60 });
}

export function defect(requestId: string): Problem {
  return httpProblem(
    500,
    `This is a defect of the service; its log names the request ${requestId}.`,
  );
}

const BODY_LIMIT_DEFAULT = 1024 * 1024;

/** One of each problem that a route has in common with others like it. */
export function sharedProblems({
  access,
  method,
  body,
  bodyLimit = BODY_LIMIT_DEFAULT,
}: RouteSpec): Problem[] {
  const takesIn = method === 'POST' || method === 'PUT';
  return [
    ...(body === undefined
      ? []
      : [INVALID_JSON, TOO_DEEP, NOT_JSON, tooLarge(bodyLimit), TOO_MANY_BODIES]),
    ...(access === 'limited' && takesIn
      ? [
          redisUnfit(
            'Redis must have maxmemory-policy noeviction, or accepted notifications could be lost.',
          ),
        ]
      : []),
    ...(access === 'limited' ? [tooManyRequests(6_000, 12)] : []),
    ...(access === 'open'
      ? []
      : [
          UNAUTHORIZED,
          defect('5f0f3a8e-6f0b-4a55-9a8e-0c0e0a1b2c3d'),
          redisUnavailable('hello-1'),
        ]),
    foreignPage('Only pages of this service may do that.'),
    STOPPING,
  ];
}

/* What an id in a path names. */

export const NOTIFICATION: Subject = {
  description: 'The id of the notification.',
  isId: isNotificationId,
  missing: NO_NOTIFICATION,
  logAs: 'notificationId',
};

export const CAMPAIGN: Subject = {
  description: 'The id of the campaign, at most 100 characters.',
  isId: isCampaignId,
  missing: NO_CAMPAIGN,
  logAs: 'campaignId',
};
