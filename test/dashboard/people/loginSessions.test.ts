import { beforeAll, describe, expect, test } from '@jest/globals';
import { Sessions } from '../../../src/dashboard/people/loginSessions.js';
import { Keyring } from '../../../src/notification/keyring.js';
import type { ConsoleUser } from '../../../src/people/consoleUsers.js';
import { hashPassword } from '../../../src/people/passwordHash.js';

const KEYRING = Keyring.parse('a-secret-of-the-deployment');
const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-22T09:00:00Z');

/** Sessions of a deployment with these people. */
function sessionsOf(users: readonly ConsoleUser[], keyring = KEYRING): Sessions {
  return new Sessions({ find: async (name) => users.find((user) => user.name === name) }, keyring);
}

describe('a session', () => {
  let ann: ConsoleUser;
  let cookie: string;

  beforeAll(async () => {
    ann = { name: 'ann', role: 'editor', hash: await hashPassword('correct horse battery') };
    cookie = await cookieOf(ann.name);
  });

  async function cookieOf(name: string): Promise<string> {
    return (await sessionsOf([ann]).begin(name, NOW, false))?.split(';')[0] ?? '';
  }

  test('says who it is of and in which role, for twelve hours', async () => {
    const sessions = sessionsOf([ann]);
    expect(await sessions.read(`a=b; ${cookie}`, NOW + 12 * HOUR - 1)).toMatchObject({
      person: { name: 'ann', role: 'editor' },
    });
    expect(await sessions.read(cookie, NOW + 12 * HOUR)).toBeUndefined();
  });

  test('is not begun for a name that no one has', async () => {
    expect(await sessionsOf([ann]).begin('bob', NOW, false)).toBeUndefined();
  });

  test('cannot be made longer, made up, or made for someone else', async () => {
    const sessions = sessionsOf([ann, { ...ann, name: 'root', role: 'operator' }]);
    const [id = '', code = ''] = cookie.replace('notifier_session=', '').split('.');
    const ticket = JSON.parse(Buffer.from(id, 'base64url').toString()) as object;
    const forged = (changes: object, by = code) =>
      `notifier_session=${Buffer.from(JSON.stringify({ ...ticket, ...changes })).toString('base64url')}.${by}`;
    for (const each of [
      forged({ until: NOW + 13 * HOUR }),
      forged({ name: 'root' }),
      forged({ name: 'root', role: 'operator' }),
      forged({ name: '__proto__' }),
      forged({ until: 'never' }),
      forged({ until: -1 }),
      forged({}, ''),
      `notifier_session=${id}.`,
      `notifier_session=${id}`,
      'notifier_session=e30.e30',
      'notifier_session=%00.%00',
      `notifier_session=${'A'.repeat(100_000)}.${code}`,
      // What a version before made: a time, a random number and a code.
      `notifier_session=${NOW + HOUR}-AAAAAAAAAAAA.${code}`,
      `x${cookie}`,
      '',
    ]) {
      expect([each.slice(0, 200), await sessions.read(each, NOW)]).toEqual([
        each.slice(0, 200),
        undefined,
      ]);
    }
    expect(await sessions.read(undefined, NOW)).toBeUndefined();
  });

  test('is known to another process of the same deployment', async () => {
    expect(await sessionsOf([{ ...ann }]).read(cookie, NOW)).toBeDefined();
  });

  test.each([
    ['a changed password', async () => [{ ...ann, hash: await hashPassword('another password') }]],
    [
      'the same password set again',
      async () => [{ ...ann, hash: await hashPassword('correct horse battery') }],
    ],
    ['another role, a lower one', async () => [{ ...ann, role: 'viewer' as const }]],
    ['another role, a higher one', async () => [{ ...ann, role: 'operator' as const }]],
    ['being removed from the list', async () => []],
  ])('ends with %s', async (_title, changed) => {
    expect(await sessionsOf(await changed()).read(cookie, NOW)).toBeUndefined();
  });

  test('of a stolen list of hashes alone cannot be made', async () => {
    const elsewhere = Keyring.parse('another-secret-altogether');
    const made = await sessionsOf([ann], elsewhere).begin('ann', NOW, false);
    expect(await sessionsOf([ann]).read(made?.split(';')[0], NOW)).toBeUndefined();
  });
});
