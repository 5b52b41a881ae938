import { describe, expect, test } from '@jest/globals';
import { type CompileOptions, compileTemplate } from '../../src/templates/compile.js';
import { CONTEXT_VARIABLES, exampleContext } from '../../src/templates/contextVariables.js';
import { remarksOn } from '../../src/templates/lint.js';
import { templateManifest } from '../../src/templates/manifest.js';

const QUOTATIONS = [
  'lastMessage',
  'lastMessageAt',
  'summary',
  'contactReason',
  'resolution',
  'followUp',
];

function template(web: string, manifest: object = {}, options?: CompileOptions) {
  const source = {
    name: 'test',
    hash: '0',
    manifest: templateManifest.parse({ description: 'A test', ...manifest }),
    parts: { web },
  };
  const compiled = compileTemplate(source, options);
  const result = compiled.render('web', { context: exampleContext(true) });
  const remarks = remarksOn(source, compiled).map(({ message }) => message);
  return {
    compiled,
    text: result.ok && 'text' in result.message ? result.message.text : result,
    remarks,
  };
}

const FORBIDDEN: [string, object, CompileOptions, string][] = [
  ['its template.json', { quoting: false }, {}, 'template.json: "quoting": false'],
  ['the deployment', {}, { quoting: false }, 'QUOTE_CUSTOMERS=off'],
  [
    'the deployment, whatever its template.json says',
    { quoting: true },
    { quoting: false },
    'QUOTE_CUSTOMERS=off',
  ],
];

describe.each(FORBIDDEN)('where quoting is forbidden by %s', (_by, manifest, options, why) => {
  test.each(QUOTATIONS)('%s is empty, and nothing is read for it', (name) => {
    const { compiled, text, remarks } = template(
      `Hello {{ ${name} | default: "you" }}`,
      manifest,
      options,
    );
    expect(text).toBe('Hello you');
    expect(compiled.usesHistory('web')).toBe(false);
    expect(compiled.usesMessageText('web')).toBe(false);
    expect(compiled.usesSummary('web')).toBe(false);
    expect(remarks).toEqual([`quotes nothing, because quoting is off (${why}): ${name} is empty`]);
  });

  test('other values of a conversation are there', () => {
    const { compiled, text, remarks } = template('{{ topic }}, {{ sentiment }}', manifest, options);
    expect(text).toBe(`${CONTEXT_VARIABLES.topic.example}, ${CONTEXT_VARIABLES.sentiment.example}`);
    expect([compiled.usesMessageText('web'), compiled.quotesMessages('web')]).toEqual([
      true,
      false,
    ]);
    expect(remarks).toEqual([]);
  });

  test('a variable of the template itself keeps its value, also with the name of a quotation', () => {
    const declared = { summary: { description: 'Own.', example: 'x' } };
    const { compiled, remarks } = template(
      '{{ summary }}',
      { ...manifest, variables: declared },
      options,
    );
    const values = { context: exampleContext(true), variables: { summary: 'mine' } };
    expect(compiled.render('web', values)).toMatchObject({ message: { text: 'mine' } });
    expect(remarks).not.toContainEqual(expect.stringContaining('quotes nothing'));
  });
});

test('every variable that repeats what was said is a quotation, and no other is', () => {
  const { compiled } = template(
    Object.keys(CONTEXT_VARIABLES)
      .map((name) => `{{ ${name} }}`)
      .join(' '),
    { quoting: false },
  );
  expect([...compiled.forbiddenQuotations('web')].sort()).toEqual([...QUOTATIONS].sort());
});

test('a template quotes where neither it nor the deployment forbids it', () => {
  for (const manifest of [{}, { quoting: true }]) {
    const { text, remarks } = template('{{ lastMessage }}', manifest, { quoting: true });
    expect(text).toBe(CONTEXT_VARIABLES.lastMessage.example);
    expect(remarks).not.toContainEqual(expect.stringContaining('quotes nothing'));
  }
});
