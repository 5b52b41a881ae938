import type { FastifyRequest } from 'fastify';
import type { Act } from '../../audit/auditEntry.js';
import type { AuditLog } from '../../audit/auditLog.js';
import type { Person } from '../../people/role.js';
import { untilConnected, withTimeout } from '../../queue/timeout.js';
import type { RedisClient } from '../../redis/redisClient.js';

/**
 * Logins and logouts, each between its two entries in the audit. Wrong passwords are not there, where a guesser
 * could crowd out what others did; the log has them.
 */
export class LoginAudit {
  readonly #redis: RedisClient;
  readonly #audit: Pick<AuditLog, 'act'>;

  constructor(redis: RedisClient, audit: Pick<AuditLog, 'act'>) {
    this.#redis = redis;
    this.#audit = audit;
  }

  /** @throws RedisUnavailableError */
  async around<T>(
    { name, role }: Person,
    { ip }: FastifyRequest,
    act: Act,
    work: () => Promise<T>,
  ): Promise<T> {
    const by = { name, role, from: 'page', address: ip } as const;
    const done = () => ({ outcome: 'done' }) as const;
    const record = () => this.#audit.act(by, act, work, done);
    return withTimeout(untilConnected(this.#redis).then(record));
  }
}
