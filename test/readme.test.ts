import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadConfig, SETTING_NAMES } from '../src/config.js';
import { CHANNELS, STATES } from '../src/notification/state.js';
import { CONTEXT_VARIABLES } from '../src/templates/contextVariables.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function configFrom(env: Record<string, string>): Record<string, unknown> {
  const loaded = loadConfig(env, 'api');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

describe('the README', () => {
  test('lists every setting with its default, and none besides', () => {
    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|/gm)];
    expect(rows.map(([, name]) => name)).toEqual(SETTING_NAMES);
    const defaults = configFrom({});
    for (const [, name = '', value] of rows) {
      const documented = value === undefined ? defaults : configFrom({ [name]: value });
      expect([name, documented[name]]).toEqual([name, defaults[name]]);
      const hasDefault = ![undefined, '[]'].includes(JSON.stringify(defaults[name]));
      expect([name, value !== undefined]).toEqual([name, hasDefault]);
    }
  });

  test('names every state, channel and context variable', () => {
    for (const name of [...STATES, ...CHANNELS, ...Object.keys(CONTEXT_VARIABLES)]) {
      expect(readme).toContain(`\`${name}\``);
    }
  });

  test('shows only npm scripts that exist', () => {
    const { scripts } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    ) as { scripts: Record<string, string> };
    const shown = [...readme.matchAll(/npm (?:run )?(start|test|demo|check)\b/g)].map(([, n]) => n);
    expect(shown.length).toBeGreaterThan(3);
    for (const name of shown) expect(scripts).toHaveProperty(name ?? '');
  });
});
