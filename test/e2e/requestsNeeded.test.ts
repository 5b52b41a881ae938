import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import type { RunningRole } from '../../src/app/apiApp.js';
import type { NotificationRequest } from '../../src/notification/request.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { everythingStored } from '../support/everythingStored.js';

/** Templates by what they use. */
const TEMPLATES = {
  plain: 'We have news for you.',
  named: 'Hello {{ customerName }}.',
  linked: '{% if hasHistory %}About {{ conversationId }}.{% else %}About us.{% endif %}',
  quoting: 'You wrote: {{ lastMessage }}.',
  discreet: 'You wrote: {{ lastMessage | default: "something" }}.',
  summed: 'It was about: {{ summary | default: "you" }}.',
};
type Template = keyof typeof TEMPLATES;

function writeTemplates(): string {
  const dir = mkdtempSync(join(tmpdir(), 'templates-'));
  for (const [name, text] of Object.entries(TEMPLATES)) {
    mkdirSync(join(dir, name));
    const write = (file: string, content: string) => writeFileSync(join(dir, name, file), content);
    const quoting = name !== 'discreet';
    write('template.json', JSON.stringify({ description: name, variables: {}, quoting }));
    write('web.liquid', text);
    write('email.subject.liquid', 'News');
    write('email.html.liquid', `<p>${text}</p>`);
    write('email.text.liquid', text);
  }
  return dir;
}

const { id: externalContactId } = WELL_KNOWN.delayedOrder;
const email = 'customer@example.com';
const BY_ID = { externalContactId };
const BY_EMAIL = { email };
const named = (recipient: NotificationRequest['recipient']) => ({ ...recipient, name: 'Kim' });

const OPTIONAL = { history: { required: false } };
const NEEDED = { history: { required: true } };
const OVER_EMAIL = { ...OPTIONAL, channels: ['email' as const] };

const WEB = { 'agentless-message': 1 };
const EMAIL = { 'agentless-email': 1 };
const LOOKUP = { 'contact-lookup': 1 };
const CONTACT = { contact: 1 };
const HISTORY = { 'details-query': 1 };
const SUMMARY = { summaries: 1 };
const TRANSCRIPT = { conversation: 1, 'bulk-messages': 1 };

const dir = writeTemplates();
afterAll(() => rmSync(dir, { recursive: true }));

let deployment: Deployment;
let counted: number;

async function startWorker(env: Record<string, string>): Promise<RunningRole> {
  counted = 0;
  deployment = await deploy({
    env: {
      TEMPLATES_DIR: dir,
      DELIVERY_CHECK_AFTER: '0s',
      GENESYS_REQUESTS_PER_MINUTE: '60000',
      ...env,
    },
  });
  return deployment.startWorker();
}

/** The requests that one notification takes, by operation; login aside. */
async function requestsFor(
  template: Template,
  recipient: NotificationRequest['recipient'],
  more: Partial<NotificationRequest>,
): Promise<Record<string, number>> {
  deployment.sandbox.requests.clear();
  counted += 1;
  const id = await deployment.send({ id: `n-${counted}`, template, recipient, ...more });
  await deployment.reaches(id, 'sent');
  const { login: _login, ...requests } = deployment.sandbox.requests.countByOperation();
  return requests;
}

describe('a notification asks the platform for no more than it uses', () => {
  beforeAll(
    async () => void (await startWorker({ IDENTITY_CACHE_FOR: '0s', CONTEXT_CACHE_FOR: '0s' })),
  );
  afterAll(() => deployment.stop());

  test.each([
    ['plain', 'by contact id', BY_ID, OPTIONAL, WEB],
    ['plain', 'by contact id, as its template needs', BY_ID, {}, WEB],
    ['plain', 'by contact id, history needed', BY_ID, NEEDED, { ...CONTACT, ...HISTORY, ...WEB }],
    ['plain', 'by email', BY_EMAIL, OPTIONAL, { ...LOOKUP, ...WEB }],
    ['plain', 'by email, over email', BY_EMAIL, OVER_EMAIL, EMAIL],
    ['named', 'by contact id', BY_ID, OPTIONAL, { ...CONTACT, ...WEB }],
    ['named', 'by contact id with the name', named(BY_ID), OPTIONAL, WEB],
    [
      'named',
      'by contact id with the name, history needed',
      named(BY_ID),
      NEEDED,
      { ...CONTACT, ...HISTORY, ...WEB },
    ],
    ['named', 'by email', BY_EMAIL, OPTIONAL, { ...LOOKUP, ...WEB }],
    ['named', 'by email, over email', BY_EMAIL, OVER_EMAIL, { ...LOOKUP, ...EMAIL }],
    ['named', 'by email with the name, over email', named(BY_EMAIL), OVER_EMAIL, EMAIL],
    ['linked', 'by contact id', BY_ID, OPTIONAL, { ...CONTACT, ...HISTORY, ...WEB }],
    ['linked', 'by email', BY_EMAIL, OPTIONAL, { ...LOOKUP, ...HISTORY, ...WEB }],
    ['linked', 'by email, over email', BY_EMAIL, OVER_EMAIL, { ...LOOKUP, ...HISTORY, ...EMAIL }],
    [
      'quoting',
      'by contact id',
      BY_ID,
      OPTIONAL,
      { ...CONTACT, ...HISTORY, ...TRANSCRIPT, ...WEB },
    ],
    ['quoting', 'by email', BY_EMAIL, NEEDED, { ...LOOKUP, ...HISTORY, ...TRANSCRIPT, ...WEB }],
    ['summed', 'by contact id', BY_ID, OPTIONAL, { ...CONTACT, ...HISTORY, ...SUMMARY, ...WEB }],
    ['discreet', 'by contact id', BY_ID, {}, WEB],
  ] as const)('%s, %s', async (template, _how, recipient, more, needed) => {
    expect(await requestsFor(template, recipient, more)).toEqual(needed);
  });
});

describe('where QUOTE_CUSTOMERS is off', () => {
  beforeAll(async () => void (await startWorker({ QUOTE_CUSTOMERS: 'off' })));
  afterAll(() => deployment.stop());

  test('no template asks for what was said, or repeats it', async () => {
    deployment.sandbox.settings.summaries = 'on';
    expect(await requestsFor('quoting', BY_ID, {})).toEqual(WEB);
    expect(await requestsFor('summed', BY_ID, {})).toEqual(WEB);
    const texts = deployment.sandbox.deliveries.list().map(({ text }) => text);
    expect(texts).toEqual(['You wrote: .', 'It was about: you.']);
  });
});

describe('the next notification to the same customer', () => {
  beforeAll(async () => void (await startWorker({})));
  afterAll(() => deployment.stop());
  test('by email takes the send alone', async () => {
    await requestsFor('quoting', BY_EMAIL, NEEDED);
    const [first] = deployment.sandbox.deliveries.list();
    expect(await requestsFor('quoting', BY_EMAIL, NEEDED)).toEqual(WEB);
    const texts = deployment.sandbox.deliveries.list().map(({ text }) => text);
    expect(texts).toEqual([first?.text, first?.text]);
    expect(first?.text).toContain('order 48213');
  });

  test('knows the summary without a request, and it lies nowhere unencrypted', async () => {
    deployment.sandbox.settings.summaries = 'on';
    deployment.sandbox.deliveries.clear();
    await requestsFor('summed', BY_EMAIL, {});
    expect(await requestsFor('summed', BY_EMAIL, {})).toEqual(WEB);
    const texts = deployment.sandbox.deliveries.list().map(({ text }) => text);
    expect(texts).toEqual([texts[0], expect.stringMatching(/^It was about: .*order 48213/)]);
    const stored = [...(await everythingStored(deployment.prefix)).values()].join('');
    expect(stored).not.toContain('order 48213');
  });

  test('is greeted by the name it brings, not by that of the one before', async () => {
    const { id } = deployment.sandbox.addCustomer({
      firstName: 'Vera',
      conversations: [{ minutesAgo: 60, messages: [{ from: 'customer', text: 'Hello?' }] }],
    });
    deployment.sandbox.deliveries.clear();
    await requestsFor('named', { externalContactId: id, name: 'Kim' }, NEEDED);
    await requestsFor('named', { externalContactId: id }, NEEDED);
    await requestsFor('named', { externalContactId: id, name: 'Noor' }, NEEDED);
    const texts = deployment.sandbox.deliveries.list().map(({ text }) => text);
    expect(texts).toEqual(['Hello Kim.', 'Hello Vera.', 'Hello Noor.']);
  });

  test('without history is skipped without a question, for a minute', async () => {
    const { id: newcomer } = deployment.sandbox.addCustomer({});
    deployment.sandbox.requests.clear();
    for (const id of ['skipped-1', 'skipped-2']) {
      const recipient = { externalContactId: newcomer };
      await deployment.send({ id, template: 'plain', recipient, ...NEEDED });
      await deployment.reaches(id, 'skipped');
    }
    expect(deployment.sandbox.requests.count('details-query')).toBe(1);
  });
});

describe('fifty notifications of a campaign, by contact id', () => {
  beforeAll(async () => {
    const worker = await startWorker({ GENESYS_REQUESTS_PER_MINUTE: '300' });
    await worker.stop();
  });
  afterAll(() => deployment.stop());

  test('take two queries at the most, and a send for each who has a history', async () => {
    const { sandbox, producer } = deployment;
    const messages = [{ from: 'customer' as const, text: 'Where is my parcel?' }];
    const wrote = [{ minutesAgo: 90, messages }];
    const rows = Array.from({ length: 50 }, (_, n) => ({
      id: `row-${n}`,
      template: 'plain',
      ...NEEDED,
      priority: 'campaign' as const,
      recipient: {
        externalContactId: sandbox.addCustomer({ conversations: n % 5 === 0 ? wrote : [] }).id,
      },
    }));
    for await (const { status } of producer.sendMany(rows)) expect(status).toBe('accepted');
    await deployment.startWorker();
    for (const { id } of rows) await deployment.reaches(id, 'sent', 'skipped');
    expect(sandbox.requests.count('agentless-message')).toBe(10);
    expect(sandbox.requests.count('details-query')).toBeLessThanOrEqual(2);
  });
});
