import { Gauge, Registry } from 'prom-client';
import type { WebhookSummary } from '../webhooks/webhookSummary.js';

/** How the webhooks of the deployment stand, as Prometheus reads it; the same from every process. */
export function webhookMetrics(
  { counts, unreadable, behindSince }: WebhookSummary,
  now: number,
): Promise<string> {
  const registry = new Registry();
  const endpoints = new Gauge({
    name: 'notifier_webhooks',
    help: 'Webhooks by their status: active, paused, disabled (they failed for 3 days or answered 410), unreadable',
    labelNames: ['status'] as const,
    registers: [registry],
  });
  for (const [status, count] of Object.entries({ ...counts, unreadable })) {
    endpoints.set({ status }, count);
  }
  new Gauge({
    name: 'notifier_webhook_lag_seconds',
    help: 'For how long the oldest event has waited that an active webhook has not got; 0 when there is none',
    registers: [registry],
  }).set(behindSince === undefined ? 0 : Math.max(0, now - behindSince) / 1_000);
  return registry.metrics();
}
