import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { explore, exploreRequests } from '../../src/doctor/explore.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { startClient } from '../genesys/support/client.js';

const PACE = { pollMs: 100, polls: 100 };

let sandbox: Sandbox;
let client: GenesysClient;

beforeAll(async () => {
  sandbox = await startSandbox({ requestsPerMinute: 0, generatedCustomers: 0 });
});

beforeEach(async () => {
  sandbox.reset();
  Object.assign(sandbox.settings, { permissions: null, recordings: true, summaries: 'on' });
  ({ client } = await startClient({
    baseUrl: sandbox.url,
    clientId: 'sandbox',
    clientSecret: 'sandbox-secret',
  }));
});

afterEach(() => client.close());

afterAll(() => sandbox.close());

/** What was found out about one thing, as `status: detail`. */
async function found(what: string, pace = PACE): Promise<string> {
  const findings = await explore(client, pace);
  const about = findings.filter(({ detail }) => detail.startsWith(what));
  return about.map(({ status, detail }) => `${status}: ${detail}`).join('\n');
}

describe('what the documents leave open', () => {
  test('is found out, one line for each, and nothing of a customer is shown', async () => {
    const findings = await explore(client, PACE);
    expect(findings.map(({ status, detail }) => `${status} ${detail.split(':')[0]}`)).toEqual([
      'ok canonicalExternalContactId as a filter',
      'ok a query for 100 conversations',
      'ok contacts in one request',
      'ok summaries',
      'ok contact export',
      'ok analytics job',
      'ok recording batch',
    ]);
    const shown = JSON.stringify(findings);
    expect(shown).toContain('columns');
    expect(shown).not.toContain('@');
    for (const { firstName, lastName } of Object.values(WELL_KNOWN)) {
      expect(shown).not.toContain(`${firstName} ${lastName}`);
    }
    expect(sandbox.deliveries.total).toBe(0);
  });

  test('takes no more requests than were announced', async () => {
    await explore(client, PACE);
    const asked = sandbox.requests.list().filter(({ operation }) => operation !== 'login');
    expect(asked.length).toBeLessThanOrEqual(exploreRequests(PACE));
    expect(asked.length).toBeGreaterThan(8);
  });

  test('names the permission that is missing', async () => {
    Object.assign(sandbox.settings, {
      permissions: ['analytics:conversationDetail:view', 'externalContacts:contact:view'],
    });
    expect(await found('contact export')).toMatch(
      /^warning: contact export: the OAuth client lacks externalContacts:export:add/,
    );
    expect(await found('recording batch')).toMatch(
      /^warning: recording batch: the OAuth client lacks recording:/,
    );
  });

  test('is said not to be found out when the platform does not come to an end in time', async () => {
    Object.assign(sandbox.settings, { jobDurationMs: 600_000 });
    expect(await found('analytics job', { pollMs: 1, polls: 2 })).toMatch(
      /^skipped: analytics job: not done after/,
    );
  });
});

describe('the page of a job', () => {
  test('is named as large as the platform allows it', async () => {
    Object.assign(sandbox.settings, { jobDurationMs: 0, jobPageSize: 5_000 });
    expect(await found('analytics job')).toMatch(/^ok: analytics job: works, 5000 a page/);
  });
});
