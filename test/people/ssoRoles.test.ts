import { describe, expect, test } from '@jest/globals';
import { readRoleByClaim, roleIn } from '../../src/people/ssoRoles.js';

const PLAIN = readRoleByClaim('admins=operator, a:b=editor ,x=y=viewer') ?? [];

describe('OIDC_ROLES', () => {
  test('is read as pairs, the role behind the last equals sign', () => {
    expect(PLAIN).toEqual([
      ['admins', 'operator'],
      ['a:b', 'editor'],
      ['x=y', 'viewer'],
    ]);
  });

  test.each([
    '',
    ',',
    'admins',
    'admins=root',
    '=viewer',
    'a=viewer,a=editor',
    'cn=admins,ou=x=operator',
  ])('%j is refused', (text) => {
    expect(readRoleByClaim(text)).toBeUndefined();
  });
});

describe('the role of a person', () => {
  test.each<[string, Record<string, unknown>, string, string | undefined]>([
    ['a text', { roles: 'admins' }, 'roles', 'operator'],
    ['the highest of a list', { roles: ['x=y', 'a:b', 'others'] }, 'roles', 'editor'],
    ['a path', { realm_access: { roles: ['a:b'] } }, 'realm_access.roles', 'editor'],
    [
      'a name with dots',
      { 'https://x.example/roles': ['admins'] },
      'https://x.example/roles',
      'operator',
    ],
    ['none of those that count', { roles: ['guests'] }, 'roles', undefined],
    ['no claim', {}, 'roles', undefined],
    ['a claim of another kind', { roles: [{ admins: true }, null, 7] }, 'roles', undefined],
    ['a part of a value', { roles: 'admins, others' }, 'roles', undefined],
    ['what every object has', {}, '__proto__.constructor', undefined],
  ])('from %s', (_title, claims, claim, role) => {
    expect(roleIn(claims, claim, PLAIN)).toBe(role);
  });
});
