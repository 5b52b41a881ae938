/*
 * Small records that are kept in Redis as JSON. What another program or another version has put there
 * must not hide the status of the whole deployment: what can be read of it is used.
 */

/** The members of a record; none where it is no JSON object. */
export function parseRecord(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** The latest moment that a date can be. */
const LATEST_MS = 8.64e15;

/** Whether a member is a moment (epoch ms). */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LATEST_MS;
}
