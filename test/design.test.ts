import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { SETTING_NAMES } from '../src/config.js';
import { LEG_OUTCOMES } from '../src/notification/record.js';
import { STATES } from '../src/notification/state.js';

const root = new URL('../', import.meta.url);
const page = readFileSync(new URL('docs/design.md', root), 'utf8');
const quoted = [...page.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);

describe('docs/design.md', () => {
  test('names only files and folders that exist', () => {
    const paths = quoted.filter((text) => /^(src|test|scripts|docs|templates)\/\S+$/.test(text));
    const links = [...page.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(40);
    expect([...paths, ...links].filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  test('says of every folder of src what it is for', () => {
    const folders = readdirSync(new URL('src', root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}`);
    expect(folders.filter((folder) => !quoted.includes(folder))).toEqual([]);
  });

  test('names only npm scripts and commands that exist', async () => {
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...page.matchAll(/npm (?:run )?(\w+)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const program = readFileSync(new URL('src/cli/program.ts', root), 'utf8');
    for (const [, command] of page.matchAll(/npm start -- (\w+)/g)) {
      expect(program).toContain(`.command('${command}')`);
    }
  });

  test('names only settings that exist', () => {
    const settings = quoted.filter((text) => /^[A-Z]+(_[A-Z]+)+$/.test(text));
    expect(settings.length).toBeGreaterThan(3);
    expect(settings.filter((name) => !SETTING_NAMES.includes(name))).toEqual([
      'CHANNEL_FACTS',
      'CHANNEL_DRIVERS',
      'COUNTED_REASONS',
      'CONTEXT_VARIABLES',
    ]);
  });

  test('names every state, and every outcome of a leg', () => {
    const [, states = ''] = /## States and legs\n+```\n([^`]+)```/.exec(page) ?? [];
    for (const state of STATES) expect(states).toMatch(new RegExp(`\\b${state}\\b`));
    for (const outcome of LEG_OUTCOMES) expect(quoted).toContain(outcome);
  });

  test('names exports by the names they have, in the files that it says', () => {
    for (const [name, file] of [
      ['CHANNELS', 'src/notification/state.ts'],
      ['CHANNEL_FACTS', 'src/notification/channelFacts.ts'],
      ['CHANNEL_DRIVERS', 'src/dispatch/channels/drivers.ts'],
      ['COUNTED_REASONS', 'src/notification/countedReason.ts'],
      ['policyFor', 'src/policy/policy.ts'],
      ['CONTEXT_VARIABLES', 'src/templates/contextVariables.ts'],
      ['TemplateContext', 'src/templates/contextVariables.ts'],
      ['contextScope', 'src/templates/contextVariables.ts'],
      ['mayStartLeg', 'src/notification/record.ts'],
      ['Phase', 'src/dispatch/jobAttempt.ts'],
      ['Findings', 'src/history/lookup.ts'],
    ] as const) {
      expect(quoted).toContain(name);
      const code = readFileSync(new URL(file, root), 'utf8');
      expect(code).toMatch(new RegExp(`export (const|function|type|interface) ${name}\\b`));
    }
  });
});
