import { describe, expect, test } from '@jest/globals';
import { compileTemplate } from '../../src/templates/compile.js';
import { contextScope, exampleContext } from '../../src/templates/contextVariables.js';
import { remarksOn, SAMPLES } from '../../src/templates/lint.js';
import { templateManifest } from '../../src/templates/manifest.js';
import { readTemplates } from '../../src/templates/readTemplates.js';
import type { PartName } from '../../src/templates/templateParts.js';

function remarks(parts: Partial<Record<PartName, string>>, variables: Record<string, object> = {}) {
  const declared = Object.entries(variables).map(([name, rest]) => [
    name,
    { description: name, example: 'x', ...rest },
  ]);
  const manifest = templateManifest.parse({
    description: 'A test',
    variables: Object.fromEntries(declared),
  });
  const source = { name: 'test', hash: '0', manifest, parts };
  return remarksOn(source, compileTemplate(source)).map(
    ({ channel, message }) => `${channel ?? '-'}: ${message}`,
  );
}

test('the made-up customers with history have every variable of all templates, but perhaps the topic', () => {
  const { topic: _topic, ...examples } = exampleContext(true);
  for (const { context } of SAMPLES.filter((sample) => sample.context.hasHistory)) {
    expect(contextScope(context, { channel: 'web', timeZone: 'UTC' })).toMatchObject(
      Object.fromEntries(Object.keys(examples).map((name) => [name, expect.anything()])),
    );
  }
});

describe('beyond what loading finds, a check remarks', () => {
  test('nothing about the shipped templates', async () => {
    for (const source of await readTemplates('templates')) {
      expect(remarksOn(source, compileTemplate(source))).toEqual([]);
    }
  });

  test('a variable that no part reads', () => {
    expect(remarks({ web: 'Hi' }, { orderNumber: {} })).toEqual([
      '-: orderNumber is declared, and no part reads it',
    ]);
  });

  test('a part that is too long once its variables are', () => {
    const sms = 'Order {{ note }}';
    expect(remarks({ sms }, { note: { maxLength: 700 } })).toEqual([]);
    expect(remarks({ sms }, { note: { maxLength: 800 } })).toEqual([
      expect.stringMatching(/^sms: with every variable at its longest .*too_long \(806 characters/),
    ]);
  });

  test('a link that grows to its longest and stays a link', () => {
    const link = { example: 'https://example.com/a', kind: 'url', maxLength: 800 };
    expect(remarks({ sms: '{{ url | safe_url }}' }, { url: link })[0]).toContain('too_long (800');
  });

  test('a text that goes through a filter for links or dates', () => {
    const web = 'Hi {{ url | safe_url }} {{ day | date: "%d" }} {{ when | date }} {{ note }}';
    const declared = { url: {}, day: {}, when: { example: '2026-05-01', kind: 'date' }, note: {} };
    expect(remarks({ web }, declared)).toEqual([
      expect.stringContaining('url goes through the filter safe_url: declare "kind": "url"'),
      expect.stringContaining('day goes through the filter date: declare "kind": "date"'),
    ]);
  });

  test('a part that has nothing to say without its optional variables', () => {
    const web = '{% if note %}Note: {{ note }}{% endif %}';
    expect(remarks({ web }, { note: {} })[0]).toMatch(
      /^web: with every variable at its shortest .*empty/,
    );
  });

  test('a part that fails for one kind of customer only', () => {
    const web = '{% unless topic == "invoice" %}Hello{% endunless %}';
    expect(remarks({ web })).toEqual([expect.stringContaining('a name that is not known: empty')]);
  });
});

test('the samples are within what the extraction gives', () => {
  for (const { context, timeZone } of SAMPLES) {
    expect(context.customerName.length).toBeLessThanOrEqual(60);
    expect([...(context.lastMessage ?? '')].length).toBeLessThanOrEqual(100);
    expect(new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone).toBeTruthy();
  }
  expect(Math.max(...SAMPLES.map(({ context }) => context.customerName.length))).toBe(60);
});
