import { beforeAll, describe, expect, test } from '@jest/globals';
import { type CompiledTemplate, compileTemplate } from '../../src/templates/compile.js';
import { exampleContext } from '../../src/templates/contextVariables.js';
import { readTemplates } from '../../src/templates/readTemplates.js';
import { growth, LINEAR_AT_MOST } from '../support/growth.js';
import { renderText, withMessage } from './source.js';

const templates = new Map<string, CompiledTemplate>();

beforeAll(async () => {
  for (const source of await readTemplates('templates')) {
    templates.set(source.name, compileTemplate(source));
  }
});

function shipped(name: string): CompiledTemplate {
  const template = templates.get(name);
  if (!template) throw new Error(`${name} is not shipped`);
  return template;
}

test('follow-up and order-update are shipped, for every channel', () => {
  expect([...templates.keys()]).toEqual(['follow-up', 'order-update']);
  for (const template of templates.values()) {
    expect(template.channels).toEqual(['web', 'email', 'engage', 'sms']);
  }
});

describe('follow-up', () => {
  test('greets by name, quotes the last message, names the topic and the day', () => {
    const text = renderText(shipped('follow-up'), 'web', exampleContext(true));
    expect(text).toMatch(
      /^Hi Anna Schmidt,\n\nThank you for contacting us on 10 March about delivery\./,
    );
    expect(text).toContain('“My parcel has been stuck in Leipzig');
    expect(text).toContain('Just reply here');
  });

  test('apologises to an unhappy customer only', () => {
    const unhappy = exampleContext(true);
    expect(renderText(shipped('follow-up'), 'web', unhappy)).toContain('We are sorry');
    expect(
      renderText(shipped('follow-up'), 'web', { ...unhappy, sentiment: 'neutral' }),
    ).not.toContain('sorry');
  });

  test('does without history', () => {
    const text = renderText(shipped('follow-up'), 'web', exampleContext(false));
    expect(text).toContain('We would like to check in with you');
    expect(text).not.toContain('“');
  });

  test('keeps the customer’s words off the screen of a locked phone', () => {
    const context = withMessage('my embarrassing problem');
    expect(renderText(shipped('follow-up'), 'sms', context)).not.toContain('embarrassing');
  });

  test('promises no way to opt out that nothing reads: a link is one, and STOP, which Genesys reads', () => {
    const template = shipped('follow-up');
    expect(renderText(template, 'sms', exampleContext(true))).toContain('Reply STOP');
    for (const name of ['follow-up', 'order-update']) {
      const variables = { orderNumber: 'A-1', status: 'On its way' };
      const values = { context: exampleContext(true), variables };
      expect(JSON.stringify(shipped(name).render('email', values))).not.toMatch(
        /unsubscribe|opt out/i,
      );
      const optOutUrl = 'https://example.com/preferences';
      const linked = shipped(name).render('email', {
        ...values,
        variables: { ...variables, optOutUrl },
      });
      expect(linked.ok && linked.message).toMatchObject({
        text: expect.stringContaining(optOutUrl),
        html: expect.stringContaining(`href="${optOutUrl}"`),
      });
    }
  });

  test('carries an attack as text', () => {
    const context = withMessage('</blockquote><img src=x onerror=alert(1)>');
    const result = shipped('follow-up').render('email', { context });
    const html = result.ok && 'html' in result.message ? result.message.html : '';
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).not.toContain('<img');
  });
});

test('no email loads anything from elsewhere', () => {
  for (const template of templates.values()) {
    const variables = { orderNumber: 'A-1', status: 'Sent' };
    const result = template.render('engage', { context: exampleContext(true), variables });
    expect(result.ok).toBe(true);
    const html = result.ok && 'html' in result.message ? result.message.html : '';
    expect(html).not.toMatch(/<(?:img|link|script|iframe)\b|url\(|@import/i);
  }
});

test('rendering takes time by the length of what is quoted and not by its square', () => {
  const template = shipped('follow-up');
  const contextWith = (chars: number) => withMessage('My parcel is late. '.repeat(chars / 19));
  const render = (context: ReturnType<typeof withMessage>) => template.render('email', { context });
  expect(growth(contextWith, 8 * 1024, render)).toBeLessThan(LINEAR_AT_MOST);
});
