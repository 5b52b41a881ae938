import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { loadConfig, SETTING_NAMES } from '../../src/config.js';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const example = read('.env.example');

/** What docker-compose.yml adds for every role. */
const COMPOSED = { REDIS_URL: 'redis://redis:6379', API_HOST: '0.0.0.0' };

const problemsOf = (env: Record<string, string | undefined>) => {
  const loaded = loadConfig(env, 'all');
  return loaded.ok ? [] : loaded.problems.map(({ name }) => name).sort();
};

describe('.env.example', () => {
  test('names every setting once, and none besides', () => {
    const names = [...example.matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
    expect(names.toSorted()).toEqual(SETTING_NAMES.toSorted());
  });

  test('shows the default of each line that is commented out', () => {
    const defaults = loadConfig({}, 'api');
    if (!defaults.ok) throw new Error('the api needs nothing but defaults');
    const shown = parseEnv(example.replace(/^#(?=[A-Z][A-Z_]+=)/gm, ''));
    for (const [, name = ''] of example.matchAll(/^#([A-Z][A-Z_]+)=/gm)) {
      const alone = loadConfig({ [name]: shown[name] }, 'api');
      expect([name, alone]).toEqual([name, defaults]);
    }
  });

  test('is refused as it is, for just the lines that were left to fill in', () => {
    const blank = Object.entries(parseEnv(example)).filter(([, value]) => value === '');
    expect(problemsOf({ ...parseEnv(example), ...COMPOSED })).toEqual(
      blank.map(([name]) => name).sort(),
    );
  });

  test('is enough once they are filled in', () => {
    const filledIn = {
      ...parseEnv(example),
      GENESYS_CLOUD_REGION: 'us-east-1',
      GENESYS_CLOUD_CLIENT_ID: 'a-client',
      GENESYS_CLOUD_CLIENT_SECRET: 'its-secret',
      GENESYS_WEB_DEPLOYMENT_ID: 'd0000000-0000-4000-8000-000000000001',
      GENESYS_EMAIL_FROM: 'care@example.com',
      NOTIFIER_SECRET: 'a'.repeat(64),
      API_KEYS: `shop:${'b'.repeat(64)}`,
      DASHBOARD_USER: 'ops',
      DASHBOARD_PASSWORD: 'c'.repeat(20),
    };
    expect(problemsOf({ ...filledIn, ...COMPOSED })).toEqual([]);
  });
});

describe('.env.sandbox', () => {
  test('needs nothing filled in, and leads nowhere but to the sandbox', () => {
    const settings = parseEnv(read('.env.sandbox'));
    expect(problemsOf({ ...settings, ...COMPOSED })).toEqual([]);
    expect(settings).not.toHaveProperty('GENESYS_CLOUD_REGION');
    expect(settings['GENESYS_CLOUD_BASE_URL']).toBe('http://sandbox:8080');
  });
});
