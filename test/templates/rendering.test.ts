import { describe, expect, test } from '@jest/globals';
import { compile, compileHtml, NO_HISTORY, renderHtml, renderText, withMessage } from './source.js';

const HEBREW = 'איפה החבילה?';

describe('escaping', () => {
  test('HTML parts escape customer text, quotes included', () => {
    const template = compileHtml('<p title="{{ lastMessage }}">{{ lastMessage }}</p>');
    const html = renderHtml(template, withMessage(`<script>alert("1")</script>&'`));
    const escaped = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;';
    expect(html).toBe(`<p title="${escaped}">${escaped}</p>`);
  });

  test('a filter does not undo the escaping', () => {
    const template = compileHtml('{{ lastMessage | append: "<i>" | upcase }}');
    expect(renderHtml(template, withMessage('<b>'))).toBe('&lt;B&gt;&lt;I&gt;');
  });

  test('template syntax in customer text is text', () => {
    const template = compile({ web: '{{ lastMessage }}' });
    expect(renderText(template, 'web', withMessage('{{ customerName }}{% x %}'))).toBe(
      '{{ customerName }}{% x %}',
    );
  });

  test('text parts do not escape', () => {
    expect(renderText(compile({ web: '{{ lastMessage }}' }), 'web', withMessage('1 < 2 & 3'))).toBe(
      '1 < 2 & 3',
    );
  });

  test.each([
    ['https://example.com/a?b=1&c="', 'https://example.com/a?b=1&amp;c=%22'],
    ['mailto:a@example.com', 'mailto:a@example.com'],
    ['javascript:alert(1)', '#'],
    [' JaVaScRiPt:alert(1)', '#'],
    ['data:text/html,x', '#'],
    ['//example.com', '#'],
  ])('the link %s becomes %s', (url, expected) => {
    const template = compileHtml('<a href="{{ url | safe_url }}">', { url: {} });
    expect(renderHtml(template, NO_HISTORY, { url })).toBe(`<a href="${expected}">`);
  });
});

describe('header parts', () => {
  const subject = (text: string) => {
    const template = compile({ 'email.subject': '{{ note }}', 'email.html': 'x' }, { note: {} });
    const result = template.render('engage', { context: NO_HISTORY, variables: { note: text } });
    return result.ok && result.message.channel === 'engage' ? result.message.subject : result;
  };

  test('cannot hold line breaks or control characters, whatever their kind', () => {
    expect(subject('a\r\nBcc: x\u2028b\u2029c\u0085d\ve\u0000f\tg')).toBe('a Bcc: x b c d ef g');
  });

  test('are shortened to 400 on a word border', () => {
    const shortened = subject('word '.repeat(100));
    expect(shortened).toMatch(/^(?:word )+word…$/);
    expect(String(shortened).length).toBeLessThanOrEqual(400);
    expect(String(shortened).length).toBeGreaterThan(390);
  });

  test('close what shortening left open', () => {
    const shortened = String(subject(HEBREW.repeat(40)));
    expect(shortened.startsWith('\u2068')).toBe(true);
    expect(shortened.endsWith('\u2069')).toBe(true);
    expect(shortened.length).toBeLessThanOrEqual(400);
  });
});

describe('right-to-left text', () => {
  test('is set apart, so that the sentence around it keeps its order', () => {
    const template = compile({ web: 'You wrote: "{{ lastMessage }}".' });
    expect(renderText(template, 'web', withMessage(HEBREW))).toBe(
      `You wrote: "\u2068${HEBREW}\u2069".`,
    );
  });

  test('is the only text that is', () => {
    const template = compile({ web: '{{ lastMessage }}' });
    expect(renderText(template, 'web', withMessage('Wo ist es?'))).toBe('Wo ist es?');
  });

  test('cannot turn round what follows it', () => {
    const template = compile({ web: '{{ lastMessage }}' });
    expect(renderText(template, 'web', withMessage('a\u202Eb\u2069c'))).toBe('abc');
  });
});

describe('dates', () => {
  const render = (format: string, timeZone?: string) => {
    const template = compile({ web: `{{ lastMessageAt | date: "${format}" }}` });
    const values = { context: withMessage('x'), ...(timeZone ? { timeZone } : {}) };
    const result = template.render('web', values);
    return result.ok && result.message.channel === 'web' ? result.message.text : result;
  };

  test.each([
    ['%-d %B', undefined, '10 March'],
    ['%-d %B', 'Asia/Tokyo', '11 March'],
    ['%a %d %b %Y %H:%M', 'Europe/Berlin', 'Wed 11 Mar 2026 00:30'],
    ['%-d %B', 'No/Such_Zone', '10 March'],
  ])('%s in %s is %s', (format, timeZone, expected) => {
    expect(render(format, timeZone)).toBe(expected);
  });

  test('an unknown directive is refused', () => {
    expect(render('%Q')).toMatchObject({ ok: false, reason: 'render_failed' });
  });

  test('a template cannot read the clock', () => {
    expect(renderText(compile({ web: '{{ "now" | date: "%Y" }}' }), 'web')).toBe('now');
  });

  test('what is no ISO time stays as it is', () => {
    expect(renderText(compile({ web: '{{ "A-7" | date }}' }), 'web')).toBe('A-7');
  });
});

test('text results are trimmed, with at most one empty line in a row', () => {
  const template = compile({ web: '\n\nHi  \n\n{% if hasHistory %}x{% endif %}\n\n\nBye\n' });
  expect(renderText(template, 'web')).toBe('Hi\n\nBye');
});

test('half a surrogate pair in a value does not reach a message', () => {
  expect(renderText(compile({ web: '{{ lastMessage }}' }), 'web', withMessage('a\uD83Db'))).toBe(
    'ab',
  );
});
