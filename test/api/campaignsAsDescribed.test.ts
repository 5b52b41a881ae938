import { beforeAll, expect, test } from '@jest/globals';
import { type Answer, startTestApi, stopApisAfterAll, type TestApi } from './support/api.js';
import { CAMPAIGN, campaignWithRows, upload } from './support/campaigns.js';
import { contract, schemaPointer } from './support/contract.js';

stopApisAfterAll();

const { strictProblems } = contract();
const ALL = '/v1/campaigns';
const ONE = `${ALL}/{id}`;

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

/** The status and what differs from the description: `[200]` when nothing does. */
function against(path: string, method: string, { status, headers, body }: Answer) {
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  return [status, ...strictProblems(schemaPointer(path, method, status, type), body)];
}

async function post(path: string, id: string, body?: unknown) {
  const answer = await api.call('POST', path.replace('{id}', id), body);
  return against(path, 'post', answer);
}

test('what the API answers when a campaign is made is described in full', async () => {
  const request = {
    ...CAMPAIGN,
    channels: ['web'],
    history: { required: false },
    variables: { companyName: 'Northwind' },
    metadata: { budget: [1, null] },
    endAt: new Date(Date.now() + 3_600_000).toISOString(),
  };
  expect(await post(ALL, '', request)).toEqual([201]);
  expect(await post(ALL, '', request)).toEqual([200]);
  expect(await post(ALL, '', { ...request, name: 'x' })).toEqual([409]);
  expect(await post(ALL, '', {})).toEqual([422]);
  expect(against(ALL, 'get', await api.call('GET', ALL))).toEqual([200]);
  expect(against(ALL, 'get', await api.call('GET', `${ALL}?limit=0`))).toEqual([422]);
  expect(against(ONE, 'get', await api.call('GET', `${ALL}/autumn`))).toEqual([200]);
  expect(against(ONE, 'get', await api.call('GET', `${ALL}/nope`))).toEqual([404]);
});

test('and when its rows are uploaded, it is tried out, and goes its way', async () => {
  const rows = `${ONE}/rows`;
  await campaignWithRows(api, 'way');
  expect(against(rows, 'put', await upload(api, 'way', 'email\na@example.com\nb\n'))).toEqual([
    200,
  ]);
  expect(against(rows, 'put', await upload(api, 'way', 'x'))).toEqual([422]);
  const json = { 'content-type': 'application/json' };
  expect(against(rows, 'put', await upload(api, 'way', '{}', json))).toEqual([415]);
  expect(await post(`${ONE}/dry-run`, 'way')).toEqual([200]);
  expect(await post(`${ONE}/dry-run`, 'way', { lookUp: 1 })).toEqual([200]);
  expect(await post(`${ONE}/resume`, 'way')).toEqual([409]);
  expect(await post(`${ONE}/start`, 'way', { at: 1 })).toEqual([422]);
  expect(await post(`${ONE}/start`, 'way')).toEqual([200]);
  expect(against(rows, 'put', await upload(api, 'way', 'x'))).toEqual([409]);
  expect(await post(`${ONE}/pause`, 'way', { reason: 'a test' })).toEqual([200]);
  expect(await post(`${ONE}/resume`, 'way')).toEqual([200]);
  expect(await post(`${ONE}/retry`, 'way', { states: ['failed'] })).toEqual([200]);
  expect(await post(`${ONE}/retry`, 'way', { states: ['sent'] })).toEqual([422]);
  expect(await post(`${ONE}/cancel`, 'way', { reason: 'done' })).toEqual([200]);
  expect(await post(`${ONE}/cancel`, 'nope')).toEqual([404]);
});
