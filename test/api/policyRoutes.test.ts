import { describe, expect, test } from '@jest/globals';
import { ASKED_RULES } from '../../src/consent/ruleWords.js';
import { startTestApi, stopApisAfterEach, type TestApi } from './support/api.js';

stopApisAfterEach();

const ADDRESS = 'dana.marker@example.com';

const check = (api: TestApi, body: unknown) => api.call('POST', '/v1/policy/check', body);

describe('POST /v1/policy/check', () => {
  test('says of each channel what every rule says and why, and logs no address', async () => {
    const api = await startTestApi({ NOTIFY_ONLY_TO: '@example.com' });
    const { status, body } = await check(api, {
      recipient: { email: ADDRESS, phone: '+44 1632 960961' },
      channels: ['sms', 'email'],
    });
    const rules = ASKED_RULES.map((rule) =>
      expect.objectContaining({ rule, why: expect.stringMatching(/\.$/) }),
    );
    const notAllowed = { verdict: 'skip', reason: 'not_allowed' };
    expect([status, body]).toEqual([
      200,
      {
        checkedAt: expect.stringMatching(/Z$/),
        priority: 'transactional',
        ...notAllowed,
        channels: [
          { channel: 'sms', ...notAllowed, rules },
          { channel: 'email', ...notAllowed, rules },
        ],
      },
    ]);
    expect(JSON.stringify(body)).not.toContain('example.com');
    expect(api.logged.join('')).not.toContain('dana.marker');
    expect(api.logged.join('')).not.toContain('441632960961');
  });

  test('asks for the channels that a notification of the template would try', async () => {
    const api = await startTestApi({ NOTIFY_CHANNELS: 'email,sms' });
    const channelsOf = async (more: object) => {
      const { body } = await check(api, { recipient: { email: ADDRESS }, ...more });
      return (body['channels'] as { channel: string }[]).map(({ channel }) => channel);
    };
    expect(await channelsOf({})).toEqual(['email', 'sms']);
    expect(await channelsOf({ template: 'follow-up' })).toEqual(['email', 'sms']);
    expect(await channelsOf({ template: 'follow-up', channels: ['web'] })).toEqual(['web']);
  });

  test.each([
    ['no recipient', {}, 'recipient'],
    ['no address', { recipient: { email: 'no address' } }, 'recipient.email'],
    ['a number of no country', { recipient: { phone: '0123456' } }, 'recipient.phone'],
    ['a template there is none of', { template: 'none' }, 'template'],
    ['a channel there is none of', { channels: ['fax'] }, 'channels.0'],
    ['no channel', { channels: [] }, 'channels'],
    ['an unknown priority', { priority: 'urgent' }, 'priority'],
    ['an unknown field', { recipients: [] }, 'recipients'],
  ])('refuses a question about %s, and names the field', async (_what, wrong, field) => {
    const api = await startTestApi();
    const { recipient = field === 'recipient' ? undefined : { email: ADDRESS } } = wrong as {
      recipient?: object;
    };
    const { status, body } = await check(api, { ...wrong, recipient });
    expect([status, body]).toMatchObject([422, { errors: [{ field }] }]);
  });
});
