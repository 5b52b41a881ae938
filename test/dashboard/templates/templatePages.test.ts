import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { templatesDir } from '../../../src/templates/loadTemplates.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { LOGIN, Visitor } from '../support/visitor.js';

stopApisAfterAll();

const HOSTILE = '<script>alert(1)</script>';

/** The shipped templates, and one whose author means harm or knows no better. */
function templateFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'templates-'));
  cpSync(templatesDir({}), dir, { recursive: true });
  const own = join(dir, 'hostile');
  mkdirSync(own);
  const manifest = {
    description: `${HOSTILE} \u202Egnp`,
    variables: {
      code: { description: HOSTILE, example: HOSTILE, required: true, maxLength: 40 },
      forgotten: { description: 'Read by no part.', example: 'x' },
    },
  };
  const files = {
    'template.json': JSON.stringify(manifest),
    'email.subject.liquid': `${HOSTILE} {{ code }}`,
    'email.html.liquid': `<body>${HOSTILE}<p>{{ code }}</p></body>`,
    'email.text.liquid': `${HOSTILE} {{ code }}`,
    'sms.liquid': `${HOSTILE} {{ code }}`,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(own, file), text);
  return dir;
}

describe('the pages about templates', () => {
  let dir: string;
  let api: TestApi;
  let visitor: Visitor;

  const textOf = async (path: string) => {
    const answer = await visitor.open(path);
    expect([path, answer.status]).toEqual([path, 200]);
    return answer.text();
  };
  /** A page without its tags, as it is read. */
  const wordsOf = async (path: string) => {
    const text = (await textOf(path)).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
    return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
  };

  beforeAll(async () => {
    dir = templateFolder();
    api = await startTestApi({ ...LOGIN, TEMPLATES_DIR: dir });
    visitor = await Visitor.loggedIn(api);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test('ask for the login', async () => {
    const loggedOut = new Visitor(api.url);
    for (const path of ['/templates', '/templates/follow-up', '/templates/follow-up/mail']) {
      const answer = await loggedOut.open(path);
      expect([path, answer.headers.get('location')]).toEqual([
        path,
        `/login?next=${encodeURIComponent(path)}`,
      ]);
    }
  });

  test('list every template with its version, its channels and what the check says', async () => {
    const words = await wordsOf('/templates');
    expect(words).toMatch(
      /follow-up .* Web message, Email, Engage, SMS ✓ no remarks 0 [0-9a-f]{12} since \d{4}-/,
    );
    expect(words).toMatch(/hostile .*! 3 remarks/);
  });

  test('show each channel by the product’s own engine, for the sample customer that was chosen', async () => {
    const first = await wordsOf('/templates/order-update');
    expect(first).toContain('Hi Anna Schmidt,');
    expect(first).toMatch(/\d+ of at most 2,000 characters/);
    const happy = await wordsOf('/templates/order-update?sample=3&values=needed');
    expect(happy).toContain('Hi Marcus Lindqvist,');
    // It is the example of a variable that the message then goes without.
    const note = 'The parcel was held back';
    expect([first, happy].map((words) => words.split(note).length - 1)).toEqual([3, 1]);
    expect(await wordsOf('/templates/order-update?sample=99&values=x')).toContain(
      'Hi Anna Schmidt,',
    );
  });

  test('say of each variable what it is, where it comes from and what happens without it', async () => {
    const words = await wordsOf('/templates/order-update');
    expect(words).toContain('orderNumber As the customer knows it. text, at most 40 characters');
    expect(words).toMatch(/orderNumber .* the request is refused A-1001 Web message, Email/);
    expect(words).toMatch(/note .* it is empty/);
    expect(words).toMatch(/customerName .* the request, or else the contact in Genesys Cloud/);
  });

  test('show the HTML of an email in a frame in which nothing runs and from which nothing leads out', async () => {
    const page = await visitor.open('/templates/hostile');
    expect(page.headers.get('content-security-policy')).toMatch(/; frame-src 'self'$/);
    const text = await page.text();
    expect(text).not.toContain(HOSTILE);
    expect(text).toContain('<iframe class="mail" sandbox src="/templates/hostile/mail?');
    const url = /<iframe[^>]* src="([^"]+)"/.exec(text)?.[1] ?? '';
    const mail = await visitor.open(url.replaceAll('&#38;', '&'));
    expect(mail.headers.get('content-security-policy')).toBe(
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    );
    expect(mail.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    const html = await mail.text();
    // The author's own script is shown to the browser, which runs none; a value is escaped.
    expect(html).toContain(`<body>${HOSTILE}<p>&lt;script&gt;`);
  });

  test('other pages allow no frame at all', async () => {
    const page = await visitor.open('/templates');
    expect(page.headers.get('content-security-policy')).not.toContain('frame-src');
  });

  test('count the open campaigns that use a template, and name them', async () => {
    const id = `autumn-${Date.now()}`;
    const campaign = { id, name: `Autumn ${HOSTILE}`, template: 'order-update' };
    expect((await api.call('POST', '/v1/campaigns', campaign)).status).toBe(201);
    expect(await wordsOf('/templates')).toMatch(/order-update .*✓ no remarks 1 /);
    const page = await textOf('/templates/order-update');
    expect(page).toContain(`<a href="/campaigns/${id}">`);
    expect(page).not.toContain(HOSTILE);
    expect(await wordsOf('/templates/follow-up')).toContain('No open campaign uses it.');
    await api.call('POST', `/v1/campaigns/${id}/cancel`, {});
    expect(await wordsOf('/templates/order-update')).toContain('No open campaign uses it.');
  });

  test('show the folder as it is now, beside what is accepted, and take nothing from it', async () => {
    const file = join(dir, 'follow-up', 'sms.liquid');
    writeFileSync(file, 'Other words for {{ customerName }}');
    const changed = await wordsOf('/templates?folder=look');
    expect(changed).toMatch(/follow-up ! differs: takes effect once an api or a worker starts/);
    expect(changed).toMatch(/order-update ✓ the same/);
    writeFileSync(file, 'Hello {{ customrName }}');
    const broken = await wordsOf('/templates?folder=look');
    expect(broken).toContain('This folder cannot be used as it is now.');
    expect(broken).toMatch(/follow-up\/sms.liquid:1 .*did you mean customerName/);
    expect(await wordsOf('/templates/follow-up')).not.toContain('Other words');
  });

  test('show an older version as it was, and say that it is not the one that is accepted', async () => {
    const hash = /version=([0-9a-f]{64})/.exec(await textOf('/templates/follow-up'))?.[1];
    writeFileSync(join(dir, 'follow-up', 'sms.liquid'), 'Newer words for {{ customerName }}');
    const { QUEUE_PREFIX } = api.config;
    const newer = await startTestApi({ ...LOGIN, TEMPLATES_DIR: dir, QUEUE_PREFIX });
    visitor = await Visitor.loggedIn(newer);
    const accepted = await wordsOf('/templates/follow-up');
    expect(accepted).toContain('Newer words for Anna Schmidt');
    expect(accepted).toMatch(
      /Accepted since Content (?:\w{12} \S+ \S+ UTC \([^)]+\) in Redis ){2}/,
    );
    const now = await wordsOf(`/templates/follow-up?version=${hash}`);
    expect(now).toContain('This is not the version that is accepted now.');
    expect(now).not.toContain('Newer words');
  });

  test('say so of a version whose content Redis does not have', async () => {
    const words = await wordsOf(`/templates/follow-up?version=${'0'.repeat(64)}`);
    expect(words).toContain('Redis has no content under this version.');
  });

  test('say so of a version that this product cannot use', async () => {
    const redis = new Redis(api.config.REDIS_URL);
    const hash = 'ab'.repeat(32);
    await redis.set(`${api.config.QUEUE_PREFIX}:t:${hash}`, '{"name":"follow-up"}');
    redis.disconnect();
    const words = await wordsOf(`/templates/follow-up?version=${hash}`);
    expect(words).toContain('✕ cannot be used Its content in Redis cannot be read.');
  });

  test('answer 404 with a page for a template that is not there', async () => {
    const answer = await visitor.open('/templates/none');
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('There is no such template');
    const mail = await visitor.open('/templates/follow-up/mail?channel=web');
    expect(mail.status).toBe(404);
  });
});
