import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/program.js';
import { loadConfig, SETTING_NAMES } from '../../src/config.js';
import { DELAYS } from '../../src/notification/delays.js';
import { CHANNELS, STATES } from '../../src/notification/state.js';
import { SETTING_WORDS } from '../../src/settingWords.js';
import { CONTEXT_VARIABLES } from '../../src/templates/contextVariables.js';
import { LEAST_RIGHTS } from '../support/leastRights.js';
import { codeBlocks, commandLines, PAGES, pageAt, quotedTexts } from '../support/pages.js';

function configFrom(env: Record<string, string>): Record<string, unknown> {
  const loaded = loadConfig(env, 'api');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

/** Every command that does something, by its full name, such as `campaign run`. */
function leafCommands(command: Command, path: readonly string[] = []): string[] {
  if (command.commands.length === 0) return [path.join(' ')];
  return command.commands.flatMap((child) => leafCommands(child, [...path, child.name()]));
}

/** What is wrong with a command line, as far as its names go. */
function faultOf(words: readonly string[]): string | undefined {
  let command = buildProgram();
  for (const word of words) {
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (child !== undefined) command = child;
    else if (command.commands.length > 0 && !word.startsWith('-')) return `no command ${word}`;
    const isOption = word.startsWith('--') && word !== '--help';
    if (isOption && !command.options.some(({ long }) => long === word)) return `no option ${word}`;
  }
  return undefined;
}

const code = PAGES.flatMap((page) => [...quotedTexts(page), ...commandLines(page)]);

describe('the pages', () => {
  test('list every setting with its default, and none besides', () => {
    const { text } = pageAt('docs/configuration.md');
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|/gm)];
    expect(rows.map(([, name]) => name)).toEqual(SETTING_NAMES);
    const defaults = configFrom({});
    for (const [, name = '', value] of rows) {
      const documented = value === undefined ? defaults : configFrom({ [name]: value });
      expect([name, documented[name]]).toEqual([name, defaults[name]]);
      const hasDefault = ![undefined, '[]'].includes(JSON.stringify(defaults[name]));
      expect([name, value !== undefined]).toEqual([name, hasDefault]);
    }
  });

  test('say of every setting what the console says of it', () => {
    const { text } = pageAt('docs/configuration.md');
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\| (.*) \|$/gm)];
    const said = rows.map(([, name, initially, meaning = '']) => {
      const bare = meaning
        .replace(/ \(see \[[^\]]*\]\([^)]*\)\)|:? see \[[^\]]*\]\([^)]*\)/g, '')
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
      return [name, initially === undefined ? { meaning: bare } : { initially, meaning: bare }];
    });
    expect(Object.fromEntries(said)).toEqual(SETTING_WORDS);
  });

  test('say of every state, channel and variable of all templates what it is', () => {
    const rows = (path: string) =>
      [...pageAt(path).text.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) =>
        [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
      );
    expect(rows('docs/sending.md')).toEqual(expect.arrayContaining([...STATES]));
    expect(rows('docs/templates.md')).toEqual(
      expect.arrayContaining(Object.keys(CONTEXT_VARIABLES)),
    );
    expect(quotedTexts(pageAt('docs/sending.md'))).toEqual(expect.arrayContaining([...CHANNELS]));
  });

  test('name every command, and only commands and options that exist', () => {
    const lines = code
      .map((line) => /^npm (?:-s )?start -- ([^#]+)/.exec(line)?.[1]?.trim())
      .filter((line) => line !== undefined);
    expect(lines.length).toBeGreaterThan(30);
    const faults = lines.map((line) => ({ line, fault: faultOf(line.split(/\s+/)) }));
    expect(faults.filter(({ fault }) => fault !== undefined)).toEqual([]);
    const isNamed = (name: string) =>
      code.some((line) => new RegExp(`^(npm start -- )?${name}\\b`).test(line));
    expect(leafCommands(buildProgram()).filter((name) => !isNamed(name))).toEqual([]);
  });

  test('say how long a notification waits after a 409', () => {
    const row = /^\| 409 \|.*$/m.exec(pageAt('docs/operations.md').text)?.[0];
    expect(row).toContain(`put off for ${DELAYS.activeConversation / 60_000} minutes at a time`);
  });

  test('name the rights in Redis that the whole product is tested with', () => {
    expect(codeBlocks(pageAt('docs/deployment.md'), '').join('\n')).toContain(
      LEAST_RIGHTS.replace('{prefix}', '{notifier}'),
    );
  });
});
