import { describe, expect, test } from '@jest/globals';
import { compile, compileHtml, NO_HISTORY, renderText } from './source.js';

describe('the variables a template uses', () => {
  test('are found in outputs, filter arguments, conditions, cases, loops and assignments', () => {
    const template = compile(
      {
        web: `{% assign greeting = customerName | append: a %}{{ greeting }}
          {% if hasHistory and b == c %}x{% elsif d %}y{% endif %}
          {% case topic %}{% when e %}z{% endcase %}
          {% for i in (1..f) %}{{ i }}{{ forloop.index }}{% endfor %}{{ lastMessage.size }}`,
      },
      { a: {}, b: {}, c: {}, d: {}, e: {}, f: {} },
    );
    expect([...template.variables('web')].sort()).toEqual(
      ['a', 'b', 'c', 'customerName', 'd', 'e', 'f', 'hasHistory', 'lastMessage', 'topic'].sort(),
    );
  });

  test('decide per channel whether contact, history and transcript are needed', () => {
    const template = compile({
      web: '{{ customerName }} {{ lastMessage }}',
      sms: '{{ customerName }} {% if hasHistory %}again{% endif %}',
      'email.subject': '{{ customerName }}',
      'email.html': '{{ channel }}',
    });
    const needs = template.channels.map((channel) => [
      channel,
      template.usesContact(channel, { name: false }),
      template.usesHistory(channel),
      template.usesMessageText(channel),
    ]);
    expect(needs).toEqual([
      ['web', true, true, true],
      ['engage', true, false, false],
      ['sms', true, true, false],
    ]);
    for (const channel of template.channels) {
      expect(template.usesContact(channel, { name: true })).toBe(false);
    }
  });

  test('decide whether the words themselves, what they were about, or a summary is needed', () => {
    const needs = (web: string) => {
      const template = compile({ web });
      return {
        text: template.usesMessageText('web'),
        quotes: template.quotesMessages('web'),
        summary: template.usesSummary('web'),
        history: template.usesHistory('web'),
      };
    };
    const none = { text: false, quotes: false, summary: false, history: true };
    expect(needs('{{ lastMessageAt }}')).toEqual({ ...none, text: true, quotes: true });
    expect(needs('{{ topic }}{{ sentiment }}')).toEqual({ ...none, text: true });
    for (const name of ['summary', 'contactReason', 'resolution', 'followUp', 'language']) {
      expect(needs(`{{ ${name} | default: "-" }}`)).toEqual({ ...none, summary: true });
    }
  });

  test('named as those of a summary are its own where a template declares or assigns them', () => {
    const own = compile({ web: 'In {{ language }}: {{ summary }}' }, { language: {}, summary: {} });
    expect(own.usesHistory('web')).toBe(false);
    const context = { ...NO_HISTORY, language: 'en-us', summary: 'The parcel is late.' };
    expect(renderText(own, 'web', context, { language: 'German' })).toBe('In German:');
    const assigned = compile({ web: '{% assign summary = channel %}By {{ summary }}' });
    expect([assigned.usesHistory('web'), renderText(assigned, 'web', context)]).toEqual([
      false,
      'By web',
    ]);
  });

  test('count when they hide behind an assignment', () => {
    const template = compile({ web: '{% assign quote = lastMessage %}{{ quote }}' });
    expect(template.usesMessageText('web')).toBe(true);
  });

  test.each([
    ['{{ custmerName }}', 'unknown variable custmerName (did you mean customerName?)'],
    ['a\n\n{% if agentShoeSize %}x{% endif %}', 'web.liquid:3: unknown variable agentShoeSize'],
    ['{{ customerName.first }}', 'customerName is a single value and has no properties but size'],
    ['{{ constructor }}', 'unknown variable constructor'],
    ['{% assign topic = "x" %}{{ topic }}', 'assign topic: would hide the variable'],
  ])('are refused when unknown: %s', (web, message) => {
    expect(() => compile({ web })).toThrow(message);
  });

  test('must not be declared under a name every template has', () => {
    expect(() => compile({ web: 'x' }, { lastMessage: {} })).toThrow('would hide the context');
  });
});

describe('what a template may not contain', () => {
  test.each([
    ['{% render "other" %}', 'tag render: a template cannot read other files'],
    ['{% include "other" %}', 'tag include: a template cannot read other files'],
    ['{% layout "other" %}', 'tag layout: a template cannot read other files'],
    ['{% capture x %}y{% endcapture %}', 'tag capture: not allowed'],
    ['{% cycle "a", "b" %}', 'tag cycle: not allowed'],
    ['{{ customerName | raw }}', 'filter raw: not allowed'],
    ['{{ customerName | upcas }}', 'filter upcas: not allowed (did you mean upcase?)'],
    ['{% assign x = customerName | json %}{{ x }}', 'undefined filter: json'],
    ['{{ customerName ', 'not closed'],
    ['line\n{% if hasHistory %}', 'web.liquid:2: '],
    ['  \n ', 'is empty'],
  ])('%s', (web, message) => {
    expect(() => compile({ web })).toThrow(message);
  });

  test('what stands in a comment does not matter', () => {
    expect(() => compile({ web: '{% comment %}{% render "x" %}{% endcomment %}x' })).not.toThrow();
  });

  test('all faults of all parts are reported at once, each with its line', () => {
    const parts = { web: '{{ a }}\n{{ b }}', sms: '{% render "x" %}', 'email.subject': '' };
    expect(() => compile(parts)).toThrow(
      /web\.liquid:1: .*\n.*web\.liquid:2: .*\n.*email\.subject\.liquid: is empty\n.*sms\.liquid:1: .*/,
    );
  });
});

describe('values in HTML', () => {
  test.each([
    ['<a href="{{ url }}">', 'must end with the filter safe_url'],
    ['<img src = \'{{ url | append: "x" }}\'>', 'must end with the filter safe_url'],
    ['<a href="https://x/?q={{ url }}">', 'must end with the filter url_encode'],
    ['<a title={{ url }}>', 'must stand in quotes'],
    ['<a onclick="go(\'{{ url }}\')">', 'cannot stand in the attribute onclick'],
    ['<p style="color:{{ url }}">', 'cannot stand in the attribute style'],
    ['<p {{ url }}>', 'cannot stand inside a tag'],
    ['<!-- {{ url }} -->', 'cannot stand in a comment'],
    ['<script>let a = "<p>{{ url }}"</script>', 'cannot stand inside <script>'],
    ['<style>a { color: {{ url }} }</style>', 'cannot stand inside <style>'],
  ])('are refused where escaping is not enough: %s', (html, message) => {
    expect(() => compileHtml(html, { url: {} })).toThrow(message);
  });

  test.each([
    '<p title="{{ url }}">{{ url }}</p>',
    '<a href="{{ url | safe_url }}">{{ url }}</a>',
    '<a href="https://x/?q={{ url | url_encode }}&amp;y">x</a>',
    '<style>p > a { color: red }</style><p>1 < 2 {{ url }}</p>',
    '<!-- note --><p>{{ url }}</p>',
  ])('are allowed elsewhere: %s', (html) => {
    expect(() => compileHtml(html, { url: {} })).not.toThrow();
  });
});
