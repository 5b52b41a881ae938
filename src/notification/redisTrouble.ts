const CONNECTION_ERROR_NAMES = new Set([
  'MaxRetriesPerRequestError',
  'ClusterAllFailedError',
  'AbortError',
  'ConnectionClosedError',
]);
const CONNECTION_ERROR_TEXTS =
  /^(Connection is closed|Stream isn't writeable|Command timed out|connect E|read E|write E|Cluster isn't ready|None of startup nodes|All sentinels are unreachable|Socket closed|Redis did not answer in time)/;
const TRANSIENT_REPLIES =
  /^(LOADING|READONLY|OOM|CLUSTERDOWN|MASTERDOWN|BUSY|TRYAGAIN|MISCONF|NOREPLICAS|UNBLOCKED|NOAUTH|WRONGPASS|NOPERM|EXECABORT)\b/;

/** Whether an error says that Redis is away or refuses to work just now, rather than that we made a mistake. */
export function isRedisTrouble(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { name = '', message = '', code = '' } = error as Record<string, unknown>;
  return (
    CONNECTION_ERROR_NAMES.has(String(name)) ||
    /^E[A-Z]+$/.test(String(code)) ||
    CONNECTION_ERROR_TEXTS.test(String(message)) ||
    TRANSIENT_REPLIES.test(String(message))
  );
}

/**
 * An error that may be shown. Redis' own errors carry the command that failed with all its arguments:
 * a customer's request, or the password.
 */
export function withoutCommand(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('command' in error)) return error;
  const { message = '' } = error as { message?: string };
  return new Error(`Redis refused a command: ${message.split(' ')[0]}`);
}
