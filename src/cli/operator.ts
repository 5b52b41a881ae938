import { userInfo } from 'node:os';

/** Who is at the keyboard. A container may run as a user that has a number and no name. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
