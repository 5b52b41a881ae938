import { beforeAll, expect, test } from '@jest/globals';
import { startTestApi, stopApisAfterAll, type TestApi } from './support/api.js';
import { campaignWithRows } from './support/campaigns.js';
import { contract } from './support/contract.js';

stopApisAfterAll();

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await campaignWithRows(api, 'autumn');
});

async function download(path: string, accept = '*/*') {
  const response = await fetch(`${api.url}/v1/campaigns/autumn/${path}`, { headers: { accept } });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    name: /filename="([^"]*)"/.exec(response.headers.get('content-disposition') ?? '')?.[1],
    text: await response.text(),
  };
}

const CSV = 'text/csv; charset=utf-8';
const NDJSON = 'application/x-ndjson; charset=utf-8';

test.each([
  ['results', '*/*', CSV, 'autumn-results.csv'],
  ['results?format=csv', 'application/x-ndjson', CSV, 'autumn-results.csv'],
  ['results?format=ndjson', '*/*', NDJSON, 'autumn-results.ndjson'],
  ['results', 'application/x-ndjson', NDJSON, 'autumn-results.ndjson'],
  ['results', 'text/csv, application/x-ndjson', CSV, 'autumn-results.csv'],
  ['rejected', '*/*', CSV, 'autumn-rejected.csv'],
  ['rejected?format=ndjson', '*/*', NDJSON, 'autumn-rejected.ndjson'],
])('GET %s for Accept: %s is %s', async (path, accept, type, name) => {
  expect(await download(path, accept)).toMatchObject({ status: 200, type, name });
});

test('results say of every row how it stands', async () => {
  const { text } = await download('results?format=ndjson');
  const rows = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const columns = { companyName: 'Northwind Outfitters' };
  expect(rows).toEqual([
    { row: 2, id: 'autumn.2', email: 'customer@example.com', state: 'waiting', columns },
    { row: 3, id: 'autumn.3', email: 'regular@example.com', state: 'waiting', columns },
  ]);
});

test('refused rows come with what was expected, under their own columns', async () => {
  const { text } = await download('rejected');
  const [header = '', row = ''] = text.replace('\ufeff', '').split('\r\n');
  expect(header).toBe('rejected_row,rejected_because,email,first name,companyName');
  expect(row).toMatch(/^4,email: expected an email address .*,nowhere,Ann,Northwind Outfitters$/);
});

test('the examples of the description have the columns that are really answered', async () => {
  const { paths } = contract().document as unknown as {
    paths: Record<string, { get: { responses: { 200: { content: Record<string, Example> } } } }>;
  };
  const exampleOf = (name: string, type: string) =>
    paths[`/v1/campaigns/{id}/${name}`]?.get.responses[200].content[type]?.example ?? '';
  const rejected = await download('rejected?format=ndjson');
  expect(namesIn(exampleOf('rejected', 'application/x-ndjson'))).toEqual(namesIn(rejected.text));
  const header = (text: string) => text.replace('\ufeff', '').split('\r\n')[0];
  const rejectedCsv = await download('rejected?format=csv');
  expect(header(exampleOf('rejected', 'text/csv'))).toBe(header(rejectedCsv.text));
  const results = (await download('results?format=csv')).text;
  const ours = (text: string) => header(text)?.split(',').slice(0, -1);
  expect(ours(exampleOf('results', 'text/csv'))).toEqual(ours(results));
});

interface Example {
  example?: string;
}

/** The names of the first line. */
function namesIn(ndjson: string): string[] {
  return Object.keys(JSON.parse(ndjson.split('\n')[0] ?? '') as object);
}

test.each(['results?format=xml', 'rejected?format=', 'results?columns=all'])(
  'GET %s is refused',
  async (path) => {
    expect(await download(path)).toMatchObject({ status: 422 });
  },
);
