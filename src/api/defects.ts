import type { FastifyBaseLogger } from 'fastify';
import { errorLabel } from '../ops/errorLabel.js';
import type { AcceptResult } from '../queue/acceptor.js';

/** Acceptance answers each request by itself, a defect too; here the log gets it. */
export function logDefects(log: FastifyBaseLogger, results: readonly AcceptResult[]): void {
  for (const result of results) {
    if (result.status !== 'error') continue;
    log.error({ notificationId: result.id, error: errorLabel(result.error) }, 'acceptance failed');
  }
}
