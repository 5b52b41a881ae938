import { setTimeout as sleep } from 'node:timers/promises';
import { call, deliveries } from './notifications.mjs';
import { counts } from './report.mjs';

export const CAMPAIGN_ID = 'demo-campaign';
const GOOD_ROWS = 57;
/** Wrong on purpose, by the row of the file in which they stand. */
const WRONG = new Map([
  [14, 'no-domain'],
  [31, ''],
  [45, 'two words@example.com'],
]);
const LOOK_EVERY_MS = 250;
const REACHED = new Set(['sent', 'delivered', 'read']);

/** A campaign to all customers of the sandbox, and to some it does not know: 60 rows, 3 of them wrong. */
export async function playCampaign({ apiUrl, sandboxUrl, signal }, { say, progress }) {
  const before = await deliveries(sandboxUrl, signal);
  const file = rowsOf(await emails(sandboxUrl, signal));
  say('\nA campaign: a file of 60 rows (PUT /v1/campaigns/:id/rows), 3 of them wrong.');
  const { campaign, refused } = await importRows(apiUrl, file, signal);
  say(`  ${campaign.import.rows} recipients imported, ${campaign.import.rejected} rows refused:`);
  for (const { row, column, expected } of refused) {
    const short = expected.replace(/ such as .*/, '');
    say(`    row ${row}, ${column.split(',')[0]}: expected ${short}`);
  }
  await post(`${apiUrl}/v1/campaigns/${CAMPAIGN_ID}/start`, undefined, signal);
  const ended = await follow(apiUrl, signal, progress);
  progress.end();
  const rows = await results(apiUrl, signal);
  const outcomes = rows.map(({ state, channel = '' }) => ({ state, channel }));
  say('');
  for (const line of counts(outcomes)) say(`  ${line}`);
  const after = await deliveries(sandboxUrl, signal);
  const delivered = after.slice(before.length);
  const wrong = problemsOf(ended, refused, rows, delivered);
  if (wrong.length === 0) {
    say(`  That makes ${rows.length}; ${delivered.length} messages arrived, none of them twice.`);
  }
  return wrong;
}

async function emails(sandboxUrl, signal) {
  const { body } = await call(`${sandboxUrl}/_sandbox/customers`, { signal });
  // Two customers may share an address: their row would be a duplicate.
  const addresses = new Set(body.customers.flatMap(({ email }) => (email ? [email] : [])));
  return [...addresses].slice(0, GOOD_ROWS);
}

/** CSV as people send it: the header is row 1. */
function rowsOf(known) {
  const unknown = Array.from({ length: GOOD_ROWS - known.length }, (_, at) => at + 1);
  const good = [...known, ...unknown.map((number) => `unknown-${number}@example.com`)];
  const lines = ['email,companyName'];
  while (good.length > 0 || WRONG.has(lines.length + 1)) {
    const email = WRONG.get(lines.length + 1) ?? good.shift();
    lines.push(`${email},Northwind Outfitters`);
  }
  return `${lines.join('\r\n')}\r\n`;
}

async function importRows(apiUrl, file, signal) {
  await post(`${apiUrl}/v1/campaigns`, { id: CAMPAIGN_ID, template: 'follow-up' }, signal);
  const { body } = await call(`${apiUrl}/v1/campaigns/${CAMPAIGN_ID}/rows`, {
    method: 'PUT',
    headers: { 'content-type': 'text/csv' },
    body: file,
    signal,
  });
  return body;
}

async function post(url, request, signal) {
  return call(url, {
    method: 'POST',
    ...(request && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    }),
    signal,
  });
}

async function follow(apiUrl, signal, progress) {
  for (;;) {
    const { body } = await call(`${apiUrl}/v1/campaigns/${CAMPAIGN_ID}`, { signal });
    const { rows, ended } = body.progress;
    progress.show(`  ${ended} of ${rows} rows ended · ${body.state}`);
    if (body.state === 'completed') return body;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function results(apiUrl, signal) {
  const response = await fetch(`${apiUrl}/v1/campaigns/${CAMPAIGN_ID}/results?format=ndjson`, {
    signal,
  });
  const text = await response.text();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function problemsOf({ counts: byState, import: imported }, refused, rows, delivered) {
  const sum = Object.values(byState).reduce((all, some) => all + some, 0);
  const reached = rows.filter(({ state }) => REACHED.has(state));
  const times = (id) => delivered.filter(({ messageId }) => messageId === id).length;
  const twice = reached.filter(({ messageId }) => times(messageId) !== 1);
  return [
    sum === imported.rows && rows.length === sum ? [] : ['the counts do not add up'],
    refused.map(({ row }) => row).join() === [...WRONG.keys()].join() ? [] : ['other rows refused'],
    twice.map(({ row, messageId }) => `row ${row} got a message ${times(messageId)} times`),
    delivered.length === reached.length ? [] : ['there are other deliveries than rows'],
  ].flat();
}
