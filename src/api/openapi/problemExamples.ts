import {
  httpProblem,
  invalidRequest,
  problem,
  redisUnavailable,
  unexpectedFailure,
} from '../problems.js';

/*
 * One of each problem, made by what makes the real ones. Where a route says more (how long a body may
 * be), the words differ and the members are the same.
 */
const ID = 'hello-1';

export const invalid = invalidRequest([
  { field: 'recipient', expected: 'at least one of email, externalContactId, phone' },
  { field: 'sendAt', expected: 'at most 90 days ahead' },
]);
export const invalidBatch = invalidRequest([
  { field: 'notifications', expected: 'an array of 1 to 1000 requests' },
]);
export const invalidPause = invalidRequest([
  { field: 'reason', expected: 'why the sending stops, one line of 1 to 200 characters' },
]);
export const invalidVerdict = invalidRequest([{ field: 'outcome', expected: 'sent or not_sent' }]);
export const invalidUnknownQuery = invalidRequest([{ field: 'state', expected: 'unknown' }]);
export const conflict = problem('id-conflict', {
  detail: 'That one stays as it is. Use another id for this request.',
  id: ID,
  state: 'sent',
});
export const backlogFull = problem('backlog-full', {
  detail: 'Nothing was stored. Try again later, with this id.',
  id: ID,
  retryAfter: 30,
});
export const redisFull = problem('redis-full', {
  detail: 'Nothing was stored. Try again later, with this id.',
  id: ID,
  retryAfter: 30,
});
export const unexpected = unexpectedFailure(ID);
export const backlogFullForBatch = problem('backlog-full', {
  detail: 'Try again later, each notification with the id it has here.',
  retryAfter: 30,
  results: [
    {
      index: 0,
      status: 503,
      id: ID,
      type: 'urn:proactive-notifier:problem:backlog-full',
      title: 'Too many notifications are waiting',
      retryAfter: 30,
    },
  ],
});
const redisAway = redisUnavailable(ID);
export const redisUnfit = problem('redis-unfit', {
  detail: 'Redis must have maxmemory-policy noeviction, or accepted notifications could be lost.',
  retryAfter: 60,
});
export const stopping = problem('stopping', { retryAfter: 1 });
export const notReady = problem('not-ready', {
  detail:
    'Redis cannot be reached. Check that it runs, and that REDIS_URL names it. (ECONNREFUSED) It has been so for 5 s.',
  because: [
    'Redis cannot be reached. Check that it runs, and that REDIS_URL names it. (ECONNREFUSED) It has been so for 5 s.',
  ],
});
const unauthorized = problem('unauthorized', {
  detail: 'Send a key in the header: Authorization: Bearer KEY.',
});
/** Only where no key is asked for: a page of another site, or another name than this machine's. */
export const foreignPage = httpProblem(403, 'Only pages of this service may do that.');
export const tooManyRequests = problem('too-many-requests', {
  detail: 'At most 6000 requests a minute; a batch counts as one.',
  retryAfter: 12,
});
export const unknownId = problem('no-notification', {
  detail:
    'There never was one with this id, it ended too long ago to be remembered, or it is a row of a campaign whose turn has not come.',
});
export const tooLate = problem('too-late', {
  detail: 'Only what is accepted, queued or processing can be cancelled.',
  id: ID,
  state: 'sent',
});
export const notUnknown = problem('not-unknown', { id: ID, state: 'sent' });
export const mayHaveArrived = problem('not-retryable', {
  detail: 'A message may have reached the customer; a retry could send it twice.',
  id: ID,
  state: 'sent',
  reason: 'may_have_arrived',
});
export const requestGone = problem('request-gone', {
  detail: 'It ended too long ago. Send the request anew, with another id.',
  id: ID,
  reason: 'request_gone',
});
const CAMPAIGN_ID = 'autumn';
export const invalidCampaign = invalidRequest([
  { field: 'template', expected: 'one of follow-up, order-update' },
  { field: 'endAt', expected: 'a time in the future' },
]);
export const campaignConflict = problem('campaign-id-conflict', {
  detail: 'That one stays as it is. Use another id for this campaign.',
  id: CAMPAIGN_ID,
  state: 'running',
});
export const unknownCampaign = problem('no-campaign', {
  detail: 'There never was one with this id, or it ended too long ago to be remembered.',
});
export const stepRefused = problem('campaign-step-refused', {
  detail: 'It has no rows yet; upload them first.',
  id: CAMPAIGN_ID,
  state: 'importing',
  possible: ['import', 'cancel'],
});
const NO_ADDRESS = [
  {
    expected: 'a column named email, externalContactId or phone; found: Kontakt, Ort',
    suggestion: { column: 'Kontakt', as: 'email' },
  },
];
export const rowsRefused = problem('rows-refused', {
  detail:
    'Nothing of this file was stored. To read a column as what is missing, upload it again with ?map=Kontakt%3Demail',
  id: CAMPAIGN_ID,
  problems: NO_ADDRESS,
  rows: NO_ADDRESS,
  rejectedBy: [],
});
export const invalidMap = invalidRequest([
  { field: 'map', expected: 'COLUMN=FIELD, such as "E-Mail-Adresse=email"' },
]);
export const importSuperseded = problem('import-superseded', { id: CAMPAIGN_ID });
export const noRoom = problem('no-room', {
  detail: 'Nothing of this file was stored. Try again later, with the whole file.',
  id: CAMPAIGN_ID,
  retryAfter: 30,
});
export const importBrokenOff = problem('import-broken-off', {
  detail: 'Nothing of them was stored. Send the whole file again.',
  id: CAMPAIGN_ID,
});
export const notAFile = httpProblem(
  415,
  'Send the file itself as the body, as text/csv or application/x-ndjson, plain or in gzip.',
);
export const invalidLimit = invalidRequest([
  { field: 'limit', expected: 'a whole number from 1 to 100' },
]);
export const invalidFormat = invalidRequest([{ field: 'format', expected: 'csv or ndjson' }]);
export const invalidLookUp = invalidRequest([
  { field: 'lookUp', expected: 'a whole number from 0 to 200' },
]);
export const invalidStep = invalidRequest([{ field: 'because', expected: 'no such field' }]);
export const invalidStates = invalidRequest([
  { field: 'states', expected: 'one or more of failed, expired, undelivered, skipped' },
]);
const malformedJson = httpProblem(400, 'The body is not valid JSON.');
const nestedJson = httpProblem(400, 'The body is nested more than 32 levels deep.');
const tooManyBodies = problem('too-many-bodies', {
  detail: 'Other large bodies are being read. Try again later, or send smaller ones.',
  retryAfter: 1,
});
const notJson = httpProblem(415, 'Send the body as application/json.');
const tooLarge = httpProblem(413, 'A body of at most 1048576 bytes is allowed here.');
const broken = httpProblem(
  500,
  'This is a defect of the service; its log names the request 5f0f3a8e-6f0b-4a55-9a8e-0c0e0a1b2c3d.',
);

/** What every route behind a key may answer, and every one that takes a body. */
export const BEHIND_KEY = [unauthorized, foreignPage, broken, redisAway, stopping];
export const WITH_BODY = [malformedJson, nestedJson, notJson, tooLarge, tooManyBodies];
