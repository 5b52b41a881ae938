import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../src/config.js';

const WORKER = {
  GENESYS_CLOUD_REGION: 'us-east-1',
  GENESYS_CLOUD_CLIENT_ID: 'an-id-of-a-client',
  GENESYS_CLOUD_CLIENT_SECRET: 'a-secret-of-a-client',
  GENESYS_WEB_DEPLOYMENT_ID: '5e1ec7ed-0000-4000-8000-000000000000',
  GENESYS_EMAIL_FROM: 'care@notify.example.com',
  NOTIFIER_SECRET: 'a-secret-of-16-characters',
  DASHBOARD_USER: 'ops',
  DASHBOARD_PASSWORD: 'a-long-password',
  API_KEYS: 'shop:a-key-of-16-characters',
  REDIS_URL: 'redis://127.0.0.1:6379',
};
const SECRETS = [
  'GENESYS_CLOUD_CLIENT_ID',
  'GENESYS_CLOUD_CLIENT_SECRET',
  'NOTIFIER_SECRET',
  'DASHBOARD_PASSWORD',
  'API_KEYS',
  'REDIS_URL',
] as const;

describe('a secret that was read from a file', () => {
  test.each(SECRETS)('in %s loses the line end of the file', (name) => {
    for (const end of ['\n', '\r\n', '\n\n']) {
      const loaded = loadConfig({ ...WORKER, [name]: `${WORKER[name]}${end}` }, 'all');
      expect(loaded).toEqual(loadConfig(WORKER, 'all'));
    }
  });

  test.each(SECRETS)(
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
