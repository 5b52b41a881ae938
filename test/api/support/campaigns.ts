import type { Answer, TestApi } from './api.js';

export const CAMPAIGN = { id: 'autumn', template: 'follow-up' };

export const ROWS = `email,first name,companyName
customer@example.com,Dana,Northwind Outfitters
regular@example.com,,Northwind Outfitters
nowhere,Ann,Northwind Outfitters
`;

type Headers = Record<string, string>;

/** Puts a file into a campaign. */
export async function upload(
  api: TestApi,
  id: string,
  file: string | Uint8Array,
  headers: Headers = { 'content-type': 'text/csv' },
  query = '',
): Promise<Answer> {
  const response = await fetch(`${api.url}/v1/campaigns/${id}/rows${query}`, {
    method: 'PUT',
    headers,
    body: file,
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(text) as Record<string, unknown>,
  };
}

/** A campaign that is ready to be started: two rows, and one that was refused. */
export async function campaignWithRows(
  api: TestApi,
  id: string,
  { headers = {}, rows = ROWS }: { headers?: Headers; rows?: string } = {},
): Promise<void> {
  await api.call('POST', '/v1/campaigns', { ...CAMPAIGN, id }, headers);
  const answer = await upload(api, id, rows, { 'content-type': 'text/csv', ...headers });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}
