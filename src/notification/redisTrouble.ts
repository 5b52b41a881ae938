import { redisFaultOf } from './redisFault.js';

/** Whether an error says that Redis is away or refuses to work just now, rather than that we made a mistake. */
export function isRedisTrouble(error: unknown): boolean {
  return redisFaultOf(error) !== undefined;
}

/**
 * An error that may be shown. Redis' own errors carry the command that failed with all its arguments:
 * a customer's request, or the password.
 */
export function withoutCommand(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('command' in error)) return error;
  const { message = '' } = error as { message?: string };
  const fault = redisFaultOf(error);
  const shown = new Error(`Redis refused a command: ${message.split(' ')[0]}`);
  return fault === undefined ? shown : Object.assign(shown, { fault });
}
