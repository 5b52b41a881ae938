import { describe, expect, test } from '@jest/globals';
import { remarksOn } from '../../src/templates/lint.js';
import { entryOf } from '../../src/templates/loadTemplates.js';
import { templateManifest } from '../../src/templates/manifest.js';
import { readTemplates } from '../../src/templates/readTemplates.js';
import { compile, NO_HISTORY } from './source.js';

const URL = 'https://notifier.example.com/u/k1.AbC-_d';
const LINK = '<a href="{{ unsubscribeUrl | safe_url }}">Stop</a>';
const EMAIL = { 'email.subject': 'Hi', 'email.html': LINK, 'email.text': '{{ unsubscribeUrl }}' };

const rendered = (parts: Parameters<typeof compile>[0], unsubscribeUrl?: string) => {
  const result = compile(parts).render('email', { context: NO_HISTORY, unsubscribeUrl });
  return result.ok && result.message.channel === 'email' ? result.message : result;
};

describe('{{ unsubscribeUrl }}', () => {
  test('prints the link of the recipient, in HTML and in text', () => {
    expect(rendered(EMAIL, URL)).toMatchObject({ html: `<a href="${URL}">Stop</a>`, text: URL });
  });

  test('prints a link of this machine, to try it out without TLS', () => {
    const local = 'http://127.0.0.1:3000/u/k1.AbC';
    expect(rendered(EMAIL, local)).toMatchObject({ html: `<a href="${local}">Stop</a>` });
    const remote = 'http://notifier.example.com/u/k1.AbC';
    expect(rendered(EMAIL, remote)).toMatchObject({ html: '<a href="#">Stop</a>' });
  });

  test('is empty where there is no link, so that a template can ask for it', () => {
    const html = '<p>Hi{% if unsubscribeUrl %} stop{% endif %}</p>';
    const parts = { ...EMAIL, 'email.html': html, 'email.text': html };
    expect(rendered(parts)).toMatchObject({ html: '<p>Hi</p>' });
    expect(rendered(parts, URL)).toMatchObject({ html: '<p>Hi stop</p>' });
  });

  test('is the own variable of a template that declares one of this name', () => {
    const template = compile(EMAIL, { unsubscribeUrl: { kind: 'url', example: URL } });
    const own = 'https://example.com/mine';
    const values = { context: NO_HISTORY, unsubscribeUrl: URL, variables: { unsubscribeUrl: own } };
    expect(template.render('email', values)).toMatchObject({ message: { text: own } });
    expect(template.withoutUnsubscribe('email')).toEqual(['email.html', 'email.text']);
  });

  test('is looked for in each body of a message, as a reader sees one of them', () => {
    expect(compile(EMAIL).withoutUnsubscribe('email')).toEqual([]);
    expect(compile({ ...EMAIL, 'email.text': 'Hi' }).withoutUnsubscribe('email')).toEqual([
      'email.text',
    ]);
    const inSubject = { 'email.subject': '{{ unsubscribeUrl }}', 'email.html': 'Hi' };
    expect(compile(inSubject).withoutUnsubscribe('engage')).toEqual(['email.html']);
  });
});

function checked(parts: Record<string, string>) {
  const manifest = templateManifest.parse({ description: 'A test' });
  const source = { name: 'test', hash: '0', manifest, parts };
  const compiled = compile(parts);
  return {
    remarks: remarksOn(source, compiled).map(({ channel, message }) => `${channel} ${message}`),
    entry: entryOf({ source, compiled }, ['email']),
  };
}

describe('a template whose emails have no link to unsubscribe', () => {
  test('is warned of, and is published as one', () => {
    const { remarks, entry } = checked({ ...EMAIL, 'email.text': 'Hi' });
    expect(remarks).toEqual([
      'email has no {{ unsubscribeUrl }} in email.text.liquid: a campaign with it starts only with --no-unsubscribe "reason"',
    ]);
    expect(entry.unsubscribes).toEqual(['engage']);
  });

  test('is fine without emails', () => {
    expect(checked({ web: 'Hi', sms: 'Hi' }).remarks).toEqual([]);
  });

  test('is none of the shipped ones', async () => {
    for (const source of await readTemplates('templates')) {
      const compiled = compile(source.parts, source.manifest.variables);
      expect(entryOf({ source, compiled }, ['email']).unsubscribes).toEqual(
        expect.arrayContaining(['email', 'engage']),
      );
    }
  });
});

describe('template.json', () => {
  const read = (manifest: object) =>
    templateManifest.safeParse({ description: 'A test', ...manifest });

  test('has a title and a language for the page on which customers unsubscribe', () => {
    expect(read({ title: ' Angebote der Woche ', language: 'de' }).data).toMatchObject({
      title: 'Angebote der Woche',
      language: 'de',
    });
  });

  test.each([[{ title: '' }], [{ title: 'two\nlines' }], [{ title: 'x'.repeat(101) }]])(
    'refuses %j as a title',
    (manifest) => {
      expect(read(manifest).success).toBe(false);
    },
  );

  test('refuses a language that the page has not', () => {
    expect(read({ language: 'tlh' }).success).toBe(false);
  });
});
