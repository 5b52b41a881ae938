import fc from 'fast-check';
import { compileTemplate } from '#product/templates/compile.js';
import { remarksOn } from '#product/templates/lint.js';
import { exampleProblems, templateManifest } from '#product/templates/manifest.js';
import { previewFor, previewVariables, sampleOf } from '#product/templates/samplePreview.js';
import { TemplateError } from '#product/templates/templateProblems.js';
import { mutated, PERSONAL, text } from '../harness/hostile.js';
import { property } from '../harness/property.js';
import type { Target } from '../harness/target.js';

const NAMES = [
  'customerName',
  'lastMessage',
  'orderNumber',
  'status',
  'unsubscribeUrl',
  'x',
  '__proto__',
];

const FILTERS = [
  'escape',
  'upcase',
  'date: "%d.%m.%Y"',
  'truncate: 1e9',
  'default: "x"',
  'safe_url',
  'replace: "a", "b"',
  'split: ""',
  'nope',
];

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES).map((name) => `{{ ${name} }}`) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...NAMES), fc.array(fc.constantFrom(...FILTERS), { maxLength: 3 }))
      .map(([name, filters]) => `{{ ${[name, ...filters].join(' | ')} }}`),
  },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      '{% if hasHistory %}',
      '{% if status == "a" and orderNumber contains "b" %}',
      '{% elsif x %}',
      '{% else %}',
      '{% endif %}',
      '{% unless status %}',
      '{% endunless %}',
      '{% assign x = status | append: status %}',
      '{% capture x %}',
      '{% endcapture %}',
      '{% for a in (1..1000000000) %}',
      '{% endfor %}',
      '{% case status %}',
      '{% when "a" %}',
      '{% endcase %}',
      '{% raw %}',
      '{% endraw %}',
      '{% comment %}',
      '{% include "x" %}',
      '{%- liquid echo status -%}',
      '{{',
      '{%',
      '}}',
      '{{ "a" | append: ',
      '<a href="{{ unsubscribeUrl }}">',
      '<a href="',
      "<b title='",
      '<style>',
      '<script>',
      '</',
      '<!--',
      '&amp',
      '"',
      '>',
    ),
  },
  { weight: 3, arbitrary: text },
);

const liquid = fc.oneof(
  { weight: 6, arbitrary: fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(piece, fc.constantFrom(100, 1_000))
      .map(([one, times]) => one.slice(0, 60).repeat(times)),
  },
);

const manifest = mutated(
  fc.constant({
    description: 'A test',
    language: 'en',
    variables: {
      orderNumber: { description: 'its number', example: 'A-1', required: true, maxLength: 40 },
      status: { description: 'how far it is', example: `${PERSONAL}` },
      until: { description: 'a date', example: '2026-05-01', kind: 'date' },
    },
    quoting: true,
  }),
);

const parts = fc.record(
  {
    web: liquid,
    sms: liquid,
    'email.subject': liquid,
    'email.html': liquid,
    'email.text': liquid,
  },
  { requiredKeys: [] },
);

export const target: Target = {
  about: 'templates: Liquid of any kind, manifests, and what customers and platform put into them',
  async open() {
    return {
      properties: [
        property('sources', fc.record({ manifest, parts }), judgeTemplate, { weight: 3 }),
        property('values', fc.array(text, { minLength: 4, maxLength: 4 }), judgeValues),
      ],
      close: async () => undefined,
    };
  },
};

/** A template is refused with problems, or can be looked at and rendered. */
function judgeTemplate(drawn: { manifest: unknown; parts: Record<string, string> }): undefined {
  const read = templateManifest.safeParse(drawn.manifest);
  if (!read.success) return;
  exampleProblems(read.data);
  const source = { name: 'drawn', hash: '0', manifest: read.data, parts: drawn.parts };
  try {
    const compiled = compileTemplate(source);
    remarksOn(source, compiled);
    const sample = sampleOf(1);
    if (sample === undefined) return;
    for (const values of ['examples', 'needed', 'longest'] as const) {
      previewFor({ compiled, source }, sample, previewVariables({ source }, values));
    }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
  }
}

const SHOWN = compileTemplate({
  name: 'shown',
  hash: '0',
  manifest: templateManifest.parse({
    description: 'Shows a value in every place',
    variables: { status: { description: 'any', example: 'x', maxLength: 2_000 } },
  }),
  parts: {
    'email.subject': '{{ status }} {{ lastMessage }}',
    'email.html': '<p title="{{ status }}">{{ customerName }}: {{ status }} {{ lastMessage }}</p>',
  },
});

/** No value gets out of its place: the page has the elements of the template, and the subject is one line. */
function judgeValues([customerName = '', lastMessage = '', status = '']: string[]):
  | string
  | undefined {
  const rendered = SHOWN.render('engage', {
    context: { customerName, sentiment: 'neutral', hasHistory: true, lastMessage },
    variables: { status },
  });
  if (!rendered.ok || rendered.message.channel !== 'engage') return undefined;
  const { html, subject } = rendered.message;
  if ((html.match(/</g) ?? []).length !== 2) return `another element: ${html}`;
  if ((html.match(/"/g) ?? []).length !== 2) return `another attribute: ${html}`;
  return /[\r\n]/.test(subject) ? `a subject of two lines: ${JSON.stringify(subject)}` : undefined;
}
