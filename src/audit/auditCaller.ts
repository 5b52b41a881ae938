import type { Role } from '../people/role.js';
import type { WAYS_IN } from './auditEntry.js';

/** Who asks for a change, and by which way. */
export interface Caller {
  /**
   * Of the API key, of the person who logged in, or of the operating system's user. Absent where neither
   * a key nor a login is asked for.
   */
  name?: string;
  /** Of a person who logged in. */
  role?: Role;
  from: (typeof WAYS_IN)[number];
  /** The network address, as the connection has it. Only a keyed hash of it is ever stored. */
  address?: string;
}

/** Who calls the code itself, without saying who asks. */
export const LIBRARY: Caller = { from: 'library' };
