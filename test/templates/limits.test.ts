import { describe, expect, test } from '@jest/globals';
import { checkVariables, templateManifest } from '../../src/templates/manifest.js';
import { compile, NO_HISTORY, renderText, withMessage } from './source.js';

const QUOTE =
  'My parcel is still on its way and nobody can tell me when it will be here, why is that?';

describe('a text over the length of its channel', () => {
  test('fits at exactly 2000 on web and 765 by SMS', () => {
    const template = compile({ web: 'w'.repeat(2000), sms: 's'.repeat(765) });
    expect(renderText(template, 'web')).toHaveLength(2000);
    expect(renderText(template, 'sms')).toHaveLength(765);
  });

  test('is refused when nothing in it may be shortened', () => {
    const template = compile({ web: 'w'.repeat(2001), sms: 's'.repeat(766) });
    expect(renderText(template, 'web')).toBe('refused: too_long');
    expect(renderText(template, 'sms')).toBe('refused: too_long');
  });

  test('has its quotation shortened first', () => {
    const template = compile({ sms: `${'s'.repeat(700)} "{{ lastMessage }}" end` });
    const text = renderText(template, 'sms', withMessage(QUOTE));
    expect(text.length).toBeLessThanOrEqual(765);
    expect(text).toMatch(/ "My parcel is still on its way[^"]*…" end$/);
  });

  test('loses the quotation when too little of it would be left', () => {
    const web = `${'w'.repeat(1990)}{% if lastMessage %} "{{ lastMessage }}"{% endif %}`;
    expect(renderText(compile({ web }), 'web', withMessage(QUOTE))).toBe('w'.repeat(1990));
  });

  test('is refused when it is too long without the quotation, too', () => {
    const template = compile({ sms: `${'s'.repeat(766)}{{ lastMessage }}` });
    expect(renderText(template, 'sms', withMessage(QUOTE))).toBe('refused: too_long');
  });

  test('is reported with its length, never with its text', () => {
    const template = compile({ sms: '{{ note }}' }, { note: {} });
    const variables = { note: 'secret '.repeat(200) };
    const result = template.render('sms', { context: NO_HISTORY, variables });
    expect(result).toMatchObject({ ok: false, reason: 'too_long', part: 'sms' });
    expect(JSON.stringify(result)).not.toContain('secret');
  });
});

describe('a hostile template', () => {
  test.each([
    ['a range without end', '{% for i in (1..100000000) %}x{% endfor %}'],
    ['loops within loops', `${'{% for i in (1..1000) %}'.repeat(4)}x${'{% endfor %}'.repeat(4)}`],
    [
      'loops over a stored range',
      `{% assign r = (1..1000) %}${'{% for i in r %}'.repeat(4)}${'{% endfor %}'.repeat(4)}`,
    ],
    [
      'a text that doubles',
      `{% assign a = "x" %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}{{ a }}`,
    ],
  ])('ends in render_limit: %s', (_, web) => {
    expect(renderText(compile({ web }), 'web')).toBe('refused: render_limit');
  });
});

describe('variables', () => {
  const manifest = templateManifest.parse({
    description: 'x',
    variables: {
      orderNumber: { required: true, description: 'x', example: 'A-1', maxLength: 6 },
      note: { description: 'x', example: 'x' },
    },
  });

  test.each([
    [{ orderNumber: 'A-1001' }, []],
    [{ orderNumber: 1001, note: 3 }, []],
    [
      { orderNumber: 'A', note: true },
      [
        'variables.note: a text; true and false are for a variable whose kind is boolean in template.json',
      ],
    ],
    [{}, ['variables.orderNumber: a value, the template requires it']],
    [{ orderNumber: '' }, ['variables.orderNumber: a value, the template requires it']],
    [{ orderNumber: 'A-10012' }, ['variables.orderNumber: at most 6 characters']],
    [{ orderNumber: null }, ['variables.orderNumber: a string, a finite number or a boolean']],
    [
      { orderNumber: 'A', orderNo: 'B', toString: 'C' },
      [
        'variables.orderNo: one of orderNumber, note',
        'variables.toString: one of orderNumber, note',
      ],
    ],
  ])('%j are judged before anything is accepted', (variables, expected) => {
    const problems = checkVariables(manifest, variables);
    expect(problems.map(({ field, expected }) => `${field}: ${expected}`)).toEqual(expected);
  });

  test('a required one that is missing all the same is reported by name', () => {
    const template = compile({ web: '{{ order }}' }, { order: { required: true } });
    expect(template.render('web', { context: NO_HISTORY })).toEqual({
      ok: false,
      reason: 'missing_variable',
      detail: 'order is required',
    });
  });

  test('an optional one that is missing prints nothing', () => {
    expect(renderText(compile({ web: 'a{{ order }}b' }, { order: {} }), 'web')).toBe('ab');
  });
});

test('a message without words is refused', () => {
  expect(renderText(compile({ web: '{% if hasHistory %}x{% endif %}' }), 'web')).toBe(
    'refused: empty',
  );
});

test('a channel without its part is refused', () => {
  expect(renderText(compile({ web: 'x' }), 'sms')).toBe('refused: missing_part');
});
