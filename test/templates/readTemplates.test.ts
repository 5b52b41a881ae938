import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readTemplates } from '../../src/templates/readTemplates.js';
import { TemplateError } from '../../src/templates/templateProblems.js';

const MANIFEST = '{ "description": "A test" }';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'templates-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function write(name: string, files: Record<string, string | Uint8Array>): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    await writeFile(join(directory, name, file), content);
  }
}

async function problems(): Promise<string[]> {
  try {
    await readTemplates(directory);
    return [];
  } catch (error) {
    if (error instanceof TemplateError) return error.message.split('\n');
    throw error;
  }
}

test('a template survives being stored as JSON', async () => {
  await write('hello', { 'template.json': MANIFEST, 'web.liquid': 'Hi {{ customerName }}' });
  const [source] = await readTemplates(directory);
  expect(JSON.parse(JSON.stringify(source))).toEqual(source);
  expect(source).toMatchObject({ name: 'hello', parts: { web: 'Hi {{ customerName }}' } });
});

test('the hash changes with any content, and with nothing else', async () => {
  const hash = async () => (await readTemplates(directory))[0]?.hash;
  await write('hello', { 'template.json': MANIFEST, 'web.liquid': 'Hi' });
  const first = await hash();
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  await write('hello', { 'web.liquid': 'Hi' });
  expect(await hash()).toBe(first);
  await write('hello', { 'web.liquid': 'Ho' });
  const second = await hash();
  await write('hello', { 'template.json': '{ "description": "Another" }' });
  expect(new Set([first, second, await hash()]).size).toBe(3);
});

test('every problem of every template is reported at once', async () => {
  await write('one', { 'template.json': MANIFEST, 'web.liquid': '{{ nobody }}', 'web.txt': 'x' });
  await write('two', { 'web.liquid': 'Hi' });
  await write('Three', {});
  await write('four', { 'template.json': MANIFEST, 'email.subject.liquid': 'Hi' });
  await write('five', {
    'template.json': '{ "description": "x", "colour": 1 }',
    'sms.liquid': 'x',
  });
  const found = await problems();
  for (const expected of [
    'one/web.txt: unexpected; a template has template.json, web.liquid',
    'one/web.liquid:1: unknown variable nobody',
    'two/template.json: missing',
    'Three: unexpected in the templates folder',
    'four/email.html.liquid: missing; email and engage need it',
    'five/template.json: Unrecognized key: "colour"',
  ]) {
    expect(found).toContainEqual(expect.stringContaining(expected));
  }
  expect(found).toHaveLength(6);
});

describe('a file is refused', () => {
  test.each([
    ['that is not UTF-8', { 'web.liquid': Uint8Array.of(72, 0xff, 0xfe) }, 'UTF-8'],
    ['that is over 64 KB', { 'web.liquid': 'x'.repeat(65_537) }, '65537 bytes'],
    ['that is empty', { 'web.liquid': '\n' }, 'web.liquid: is empty'],
    ['that is no JSON', { 'template.json': '{', 'web.liquid': 'x' }, 'is not valid JSON'],
  ])('%s', async (_, files, expected) => {
    await write('bad', { 'template.json': MANIFEST, ...files });
    expect(await problems()).toContainEqual(expect.stringContaining(expected));
  });
});

test('a template that fails without history is found before a customer is', async () => {
  await write('bad', {
    'template.json': MANIFEST,
    'web.liquid': '{% if hasHistory %}Hi{% endif %}',
  });
  expect(await problems()).toEqual([
    'bad/web.liquid: web on the examples without history: empty (nothing was rendered)',
  ]);
});

test('a folder without templates is refused, hidden entries do not count', async () => {
  await write('..data', { 'web.liquid': 'x' });
  expect(await problems()).toEqual([expect.stringContaining('one folder per template')]);
});

describe('a branch that no example leads into', () => {
  const VARIABLES = JSON.stringify({
    description: 'A test.',
    variables: {
      vip: { description: 'Of the best customers.', example: false },
      day: { description: 'A day.', example: 'tomorrow' },
    },
  });
  const BAD = '{{ day | date: "%d.%m.%Y" }}';

  test.each([
    `Hi {% if vip %}${BAD}{% endif %}`,
    `Hi {% if hasHistory %}x{% elsif vip %}${BAD}{% endif %}`,
    `Hi {% if hasHistory %}x{% else %}${BAD}{% endif %}`,
    `Hi {% unless hasHistory %}${BAD}{% endunless %}`,
    `Hi {% case sentiment %}{% when "positive" %}${BAD}{% else %}x{% endcase %}`,
    `Hi {% case sentiment %}{% when "negative" %}x{% else %}${BAD}{% endcase %}`,
    `Hi {% for n in (1..0) %}${BAD}{% endfor %}`,
    `Hi {% for n in (1..2) %}{% if vip %}{{ n }} ${BAD}{% endif %}{% endfor %}`,
    `Hi {% if hasHistory %}x{% else %}{% if vip %}${BAD}{% endif %}{% endif %}`,
    `Hi {% assign when = day %}{% if vip %}{{ when | default: "x" | date: "%m" }}{% endif %}`,
    'Hi {% if vip %}{% assign rank = "gold" %}{% endif %}{% if hasHistory %}{{ rank }}{% endif %}',
  ])('is tried all the same: %s', async (web) => {
    await write('bad', { 'template.json': VARIABLES, 'web.liquid': web });
    expect(await problems()).toEqual([expect.stringMatching(/^bad\/web\.liquid: web .*in line 1/)]);
  });

  test('may use what the same condition has assigned before', async () => {
    const web =
      'Hi {% if vip %}{% assign rank = "gold" %}{% endif %}{% if vip %}{{ rank }}{% endif %}' +
      '{% for n in (1..2) %}{% if forloop.last %}{{ n }}{% endif %}{% endfor %}';
    await write('good', { 'template.json': VARIABLES, 'web.liquid': web });
    expect(await problems()).toEqual([]);
  });
});
