import { ROLES, type Role } from './role.js';

/** Which value of a person's claim gives which role. */
export type RoleByClaim = readonly (readonly [value: string, role: Role])[];

export const ROLES_EXPECTED =
  'value=role pairs, comma separated, such as console-admins=operator,marketing=editor; roles are viewer, editor and operator';

/** Reads OIDC_ROLES; undefined for what is malformed, or names a value twice. */
export function readRoleByClaim(text: string): RoleByClaim | undefined {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair): [string, Role | undefined] => {
      const at = pair.lastIndexOf('=');
      const role = ROLES.find((each) => each === pair.slice(at + 1).trim());
      return [pair.slice(0, Math.max(0, at)).trim(), role];
    });
  const byClaim: [string, Role][] = [];
  for (const [value, role] of pairs) {
    const isTwice = byClaim.some(([other]) => other === value);
    if (value === '' || role === undefined || isTwice) return undefined;
    byClaim.push([value, role]);
  }
  return byClaim.length === 0 ? undefined : byClaim;
}

/** The highest role that a person's claims give; undefined for none. */
export function roleIn(
  claims: Readonly<Record<string, unknown>>,
  claim: string,
  byClaim: RoleByClaim,
): Role | undefined {
  const values: unknown[] = [valueAt(claims, claim)].flat();
  const given = byClaim.filter(([value]) => values.includes(value)).map(([, role]) => role);
  return ROLES.findLast((role) => given.includes(role));
}

/** A claim by its name, or by a path with dots: `realm_access.roles`. */
function valueAt(claims: Readonly<Record<string, unknown>>, claim: string): unknown {
  if (Object.hasOwn(claims, claim)) return claims[claim];
  let value: unknown = claims;
  for (const part of claim.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
