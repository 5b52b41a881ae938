import type { AuditHead } from '../audit/auditEntry.js';
import { type AuditPage, type AuditQuery, AuditReader } from '../audit/auditReader.js';
import { type AuditCheck, verifyAudit } from '../audit/verifyAudit.js';
import type { Keyring } from '../notification/keyring.js';
import { redisClock } from '../redis/clock.js';
import type { RedisClient } from '../redis/redisClient.js';
import { untilConnected, withRedisFaultNamed, withTimeout } from './timeout.js';

/** What people and programs ask of the audit. It can be read and checked, and nothing else. */
export class AuditTrail {
  readonly #reader: AuditReader;
  readonly #parts: { redis: RedisClient; prefix: string; keyring: Keyring; retentionMs: number };

  constructor(parts: {
    redis: RedisClient;
    prefix: string;
    keyring: Keyring;
    retentionMs: number;
  }) {
    this.#reader = new AuditReader(parts.redis, parts.prefix, parts.keyring);
    this.#parts = parts;
  }

  /** @throws RedisUnavailableError */
  async page(query: AuditQuery): Promise<AuditPage> {
    const look = () => this.#reader.page(query);
    return withTimeout(untilConnected(this.#parts.redis).then(look));
  }

  /**
   * Whether every entry is as it was written and none is missing; see verifyAudit. Reads them all.
   *
   * @throws RedisUnavailableError
   */
  async verify(seen?: Pick<AuditHead, 'n' | 'code'>): Promise<AuditCheck> {
    const { redis, prefix } = this.#parts;
    await withTimeout(untilConnected(redis));
    const now = await withTimeout(redisClock(redis, prefix).current());
    const parts = { ...this.#parts, now };
    return withRedisFaultNamed(undefined, verifyAudit(this.#reader, parts, seen));
  }
}
