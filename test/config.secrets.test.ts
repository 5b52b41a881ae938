import { describe, expect, test } from '@jest/globals';
import { loadConfig, SETTING_NAMES, secrecyOf } from '../src/config.js';
import { SECRET_NAMES, SECRET_SETTINGS } from './support/secretSettings.js';

const WORKER = {
  ...SECRET_SETTINGS,
  GENESYS_CLOUD_REGION: 'us-east-1',
  GENESYS_WEB_DEPLOYMENT_ID: '5e1ec7ed-0000-4000-8000-000000000000',
};

describe('the schema says of each setting whether it is a secret', () => {
  test('these are the secrets, and no others', () => {
    const secret = SETTING_NAMES.filter((name) => (secrecyOf(name) ?? false) !== false);
    expect(secret).toEqual(SECRET_NAMES);
  });

  test.each(SETTING_NAMES)('%s', (name) => {
    const isNumber = ['1', '60s', '1d'].some((text) => {
      const loaded = loadConfig({ [name]: text }, 'api');
      return loaded.ok && typeof loaded.config[name] === 'number';
    });
    expect({ name, decided: secrecyOf(name) !== undefined }).toEqual({ name, decided: !isNumber });
  });
});

describe('a secret that was read from a file', () => {
  test.each(SECRET_NAMES)('in %s loses the line end of the file', (name) => {
    for (const end of ['\n', '\r\n', '\n\n']) {
      const loaded = loadConfig({ ...WORKER, [name]: `${WORKER[name]}${end}` }, 'all');
      expect(loaded).toEqual(loadConfig(WORKER, 'all'));
    }
  });

  test.each(SECRET_NAMES)(
    'in %s with a line end within is refused by its name, not its value',
    (name) => {
      const value = WORKER[name].replace(/(.{6})/, '$1\n');
      const loaded = loadConfig({ ...WORKER, [name]: value }, 'all');
      expect(loaded).toMatchObject({ ok: false, problems: [{ name }] });
      expect(JSON.stringify(loaded)).not.toContain(WORKER[name].slice(6));
    },
  );

  test.each([
    'GENESYS_CLOUD_CLIENT_SECRET',
    'GENESYS_CLOUD_CLIENT_ID',
    'DASHBOARD_PASSWORD',
  ] as const)('in %s with a blank at an end is refused by its name', (name) => {
    const loaded = loadConfig({ ...WORKER, [name]: `${WORKER[name]} ` }, 'all');
    expect(loaded).toMatchObject({ ok: false, problems: [{ name }] });
  });
});
