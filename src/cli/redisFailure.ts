import {
  describeRedisFault,
  type RedisFaultKind,
  redisFaultOf,
} from '../notification/redisFault.js';
import { RedisUnavailableError } from '../queue/errors.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import type { Output } from './send/output.js';

/** With these, no command was ever carried out. */
const NEVER_CONNECTED: ReadonlySet<RedisFaultKind> = new Set([
  'credentials',
  'sentinel_credentials',
  'certificate',
  'no_such_database',
]);

/**
 * The one place where a Redis that fails becomes a sentence and an exit code, for every command.
 * Undefined when the error is none of Redis'.
 */
export function reportRedisFault(error: unknown, output: Output): ExitCode | undefined {
  const fault = redisFaultOf(error);
  if (fault === undefined) return undefined;
  output.remark(`Redis is unavailable: ${describeRedisFault(fault)}`);
  if (NEVER_CONNECTED.has(fault.kind)) output.remark('Nothing was done.');
  else if (error instanceof RedisUnavailableError && error.mayBeDone) {
    output.remark('It is not known whether this was done.');
  }
  output.result('', { error: 'redis_unavailable', redis: fault.kind });
  return EXIT.redisUnavailable;
}
