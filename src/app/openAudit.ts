import { AuditLog } from '../audit/auditLog.js';
import { type Config, keyringOf } from '../config.js';
import type { RedisClient } from '../redis/redisClient.js';

/** The audit of this deployment, on a connection of its caller. */
export function openAudit(config: Config, redis: RedisClient): AuditLog {
  const { QUEUE_PREFIX: prefix, AUDIT_RETENTION: retentionMs } = config;
  return new AuditLog({ redis, prefix, keyring: keyringOf(config), retentionMs });
}
