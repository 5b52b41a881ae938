import { beforeAll, describe, expect, test } from '@jest/globals';
import { writeUser } from '../../../src/people/consoleUsers.js';
import { hashPassword } from '../../../src/people/passwordHash.js';
import { ROLES, type Role } from '../../../src/people/role.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { campaignWithRows } from '../../api/support/campaigns.js';
import { LOGIN, Visitor } from '../support/visitor.js';

stopApisAfterAll();

const PASSWORD = 'correct horse battery';

describe('of a campaign', () => {
  let api: TestApi;

  beforeAll(async () => {
    const hash = await hashPassword(PASSWORD);
    const users = ROLES.map((role) => writeUser({ name: `the-${role}`, role, hash }));
    api = await startTestApi({ ...LOGIN, CONSOLE_USERS: users.join(' ') });
    await campaignWithRows(api, 'autumn');
  });

  async function visitorAs(role: Role): Promise<Visitor> {
    const visitor = new Visitor(api.url);
    const form = { user: `the-${role}`, password: PASSWORD };
    const answer = await visitor.submit('/login', form);
    visitor.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    return visitor;
  }

  test.each([
    ['viewer', 403, 403],
    ['editor', 200, 403],
    ['operator', 200, 409],
  ] as const)(
    'a %s sees the counts; rows and files are for editors, steps for operators',
    async (role, prepares, steps) => {
      const visitor = await visitorAs(role);
      const page = await visitor.open('/campaigns/autumn');
      const text = await page.text();
      expect([page.status, /Recipients/.test(text)]).toEqual([200, true]);
      expect(text.includes('Send the test')).toBe(role !== 'viewer');
      expect(text.includes('Start the campaign')).toBe(role === 'operator');
      const forecast = await (await visitor.open('/campaigns/autumn/forecast')).text();
      expect(forecast.includes('Hi Dana')).toBe(role !== 'viewer');
      for (const path of ['/results', '/rejected', '/sample?number=2', '/file']) {
        expect([path, (await visitor.open(`/campaigns/autumn${path}`)).status]).toEqual([
          path,
          prepares,
        ]);
      }
      expect((await visitor.open('/new-campaign')).status).toBe(prepares);
      for (const step of ['start', 'pause', 'resume', 'cancel', 'retry']) {
        const { status } = await visitor.submit(`/campaigns/autumn/${step}`, {});
        expect([step, status]).toEqual([step, steps]);
      }
      const view = await api.call('GET', '/v1/campaigns/autumn');
      expect(view.body['state']).toBe('ready');
    },
  );
});
