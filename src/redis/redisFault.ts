/** What keeps Redis from serving this process. */
export type RedisFaultKind =
  | 'away'
  | 'loading'
  | 'failing_over'
  | 'read_only'
  | 'replicas_missing'
  | 'full'
  | 'busy_script'
  | 'disk'
  | 'too_many_clients'
  | 'credentials'
  | 'sentinel_credentials'
  | 'permission'
  | 'command_missing'
  | 'cluster_node'
  | 'certificate'
  | 'no_such_database'
  | 'refused';

export interface RedisFault {
  kind: RedisFaultKind;
  /** The command, or the code of the error: never an argument. */
  detail?: string;
}

/** One sentence each: what is wrong, and what to do. */
const SENTENCES: Readonly<Record<RedisFaultKind, string>> = {
  away: 'Redis cannot be reached. Check that it runs, and that REDIS_URL names it.',
  loading: 'Redis is loading its data set. It serves once that is done.',
  failing_over:
    'The Redis cluster or its Sentinels have no master just now. A failover ends this; if it lasts, look at the state of the cluster.',
  read_only:
    'Redis is a read-only replica. Point REDIS_URL at the master, at the Sentinels or at the cluster.',
  replicas_missing:
    'Redis refuses writes because too few replicas follow it (min-replicas-to-write). Repair the replicas.',
  full: 'Redis is full (maxmemory). Give it more memory, or remove other data from it.',
  busy_script:
    'Redis is busy with a script. If it lasts, end that script with SCRIPT KILL or FUNCTION KILL.',
  disk: 'Redis refuses writes because it cannot save to its disk (MISCONF). Make room on its disk, and see its log.',
  too_many_clients:
    'Redis has no connection left (maxclients). Raise maxclients, or close other connections.',
  credentials:
    'Redis refuses the user or the password. Put both into REDIS_URL: redis://user:password@host:6379.',
  sentinel_credentials:
    'The Sentinels refuse the user or the password. Add ?sentinelPassword=… (and &sentinelUsername=…) to REDIS_URL.',
  permission:
    'The Redis user lacks a right. Grant the rights that the documentation lists under "Least rights in Redis".',
  command_missing:
    'Redis does not know a command that is needed, or has it disabled. Use Redis 6.2 or newer, without renamed commands.',
  cluster_node:
    'REDIS_URL names one node of a Redis Cluster. List several of its nodes, comma separated: redis://node1:6379,redis://node2:6379.',
  certificate:
    'The TLS connection to Redis fails, because its certificate is not trusted or its port does not speak TLS. Name the authority in NODE_EXTRA_CA_CERTS, and check scheme, host and port in REDIS_URL.',
  no_such_database:
    'Redis does not have the database that REDIS_URL selects. Correct the number after the last slash, or leave it out.',
  refused: 'Redis refuses a command. See the log of Redis.',
};

/** These do not pass by themselves: a setting or a right has to be changed. */
export const NEEDS_A_CHANGE: ReadonlySet<RedisFaultKind> = new Set([
  'credentials',
  'sentinel_credentials',
  'permission',
  'command_missing',
  'cluster_node',
  'certificate',
  'no_such_database',
]);

const CONNECTION_ERROR_NAMES = new Set([
  'MaxRetriesPerRequestError',
  'ClusterAllFailedError',
  'AbortError',
  'ConnectionClosedError',
]);
const CONNECTION_ERROR_CODES =
  /^(ECONN[A-Z]+|ETIMEDOUT|ENOTFOUND|EAI_[A-Z]+|EHOST[A-Z]+|ENET[A-Z]+|EPIPE|ENOTCONN|ESOCKET[A-Z]*)$/;
const CONNECTION_ERROR_TEXTS =
  /^(Connection is closed|Stream isn't writeable|Command timed out|connect E|read E|write E|Cluster isn't ready|None of startup nodes|Failed to refresh slots cache|All sentinels are unreachable|Socket closed|Socket timeout|Redis did not answer in time)/;
const CERTIFICATE_CODES =
  /^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$|UNABLE_TO_)/;

/** By the word that a reply begins with; in a script of Redis 6.2 it stands in the middle. */
const REPLIES: readonly (readonly [pattern: RegExp, kind: RedisFaultKind])[] = [
  [/^(NOAUTH|WRONGPASS)\b|^ERR invalid password|^ERR AUTH /, 'credentials'],
  [/^NOPERM\b/, 'permission'],
  [/^(MOVED|ASK|CROSSSLOT)\b/, 'cluster_node'],
  [/^OOM\b/, 'full'],
  [/^READONLY\b/, 'read_only'],
  [/^LOADING\b/, 'loading'],
  [/^(BUSY|NOTBUSY|UNKILLABLE)\b/, 'busy_script'],
  [/^MISCONF\b/, 'disk'],
  [/^NOREPLICAS\b/, 'replicas_missing'],
  [/^(CLUSTERDOWN|MASTERDOWN|TRYAGAIN|UNBLOCKED)\b/, 'failing_over'],
  // In the client's words; what it names last is an address, or a node that is gone.
  [/^Too many Cluster redirections\b/, 'failing_over'],
  [/^ERR max number of clients/, 'too_many_clients'],
  [/^ERR (DB index is out of range|invalid DB index|SELECT is not allowed)/, 'no_such_database'],
  [/^ERR unknown command/, 'command_missing'],
  [/^EXECABORT\b/, 'refused'],
];
const INSIDE_A_SCRIPT =
  /-((?:OOM|READONLY|MISCONF|NOREPLICAS|CLUSTERDOWN|MASTERDOWN|MOVED|CROSSSLOT|NOPERM)\b.*)/;

interface ErrorShape {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  fault?: unknown;
  lastNodeError?: unknown;
  previousErrors?: unknown;
}

/**
 * What an error says about Redis, or undefined when it says nothing of the kind: then it is a defect
 * of this program, or none of Redis' matters.
 */
export function redisFaultOf(error: unknown): RedisFault | undefined {
  return faultWithin(error, new Set());
}

/** In a cluster an error names the one before it, and that one may name the first again. */
function faultWithin(error: unknown, met: Set<object>): RedisFault | undefined {
  if (typeof error !== 'object' || error === null || met.has(error)) return undefined;
  met.add(error);
  const { name, message, code, fault, lastNodeError, previousErrors } = error as ErrorShape;
  if (isFault(fault)) return fault;
  const beneath = faultWithin(lastNodeError, met) ?? faultWithin(firstOf(previousErrors), met);
  if (beneath !== undefined) return beneath;
  const text = String(message ?? '');
  const label = typeof code === 'string' ? code : '';
  if (/sentinel/i.test(text) && /NOAUTH|WRONGPASS/.test(text)) {
    return { kind: 'sentinel_credentials' };
  }
  if (CERTIFICATE_CODES.test(label)) return { kind: 'certificate', detail: label };
  if (name === 'ReplyError') return faultOfReply(text);
  const isAway =
    CONNECTION_ERROR_NAMES.has(String(name)) ||
    CONNECTION_ERROR_CODES.test(label) ||
    CONNECTION_ERROR_TEXTS.test(text);
  if (isAway) return { kind: 'away', detail: label === '' ? undefined : label };
  return faultOfReply(text);
}

function faultOfReply(text: string): RedisFault | undefined {
  const inner = INSIDE_A_SCRIPT.exec(text)?.[1];
  for (const [pattern, kind] of REPLIES) {
    if (pattern.test(text) || (inner !== undefined && pattern.test(inner))) {
      const detail = detailOf(kind, text);
      return { kind, detail: detail === '' ? undefined : detail };
    }
  }
  return undefined;
}

/** A word of Redis' own, or a command's name as it quotes it; the arguments stand elsewhere. */
function detailOf(kind: RedisFaultKind, text: string): string {
  if (kind === 'credentials') return /^[A-Z]+/.exec(text)?.[0] ?? '';
  if (kind !== 'permission' && kind !== 'command_missing') return '';
  const name = /run the '([a-z|_-]{1,40})' command|unknown command '([A-Za-z|_-]{1,40})'/.exec(
    text,
  );
  return (name?.[1] ?? name?.[2] ?? '').toUpperCase();
}

function isFault(value: unknown): value is RedisFault {
  const { kind } = (value ?? {}) as { kind?: unknown };
  return typeof kind === 'string' && kind in SENTENCES;
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}

/** What is wrong with Redis and what to do, for operators. */
export function describeRedisFault({ kind, detail }: RedisFault): string {
  return detail === undefined ? SENTENCES[kind] : `${SENTENCES[kind]} (${detail})`;
}

/** Whether waiting cannot help: a process that starts ends with the sentence instead. */
export function needsAChange({ kind }: RedisFault): boolean {
  return NEEDS_A_CHANGE.has(kind);
}

/** Whether an error says that Redis is away or refuses to work just now, rather than that we made a mistake. */
export function isRedisFault(error: unknown): boolean {
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
