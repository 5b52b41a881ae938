/**
 * What people may do in the console, each role all that those before it may: a `viewer` sees, an
 * `editor` prepares (campaigns, their rows, test sends), an `operator` also starts, stops, decides and
 * retries.
 */
export const ROLES = ['viewer', 'editor', 'operator'] as const;

export type Role = (typeof ROLES)[number];

/** Who is at the console. */
export interface Person {
  name: string;
  role: Role;
}

/**
 * Whether a person may do what takes this role. No person at all is the console on this machine
 * without any login: there everything is allowed.
 */
export function may(person: Person | undefined, role: Role): boolean {
  return person === undefined || ROLES.indexOf(person.role) >= ROLES.indexOf(role);
}
