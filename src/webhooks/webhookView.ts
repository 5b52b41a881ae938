import { z } from 'zod';
import { EVENT_TYPES } from '../events/event.js';
import { type Delivery, type DeliveryView, deliveryViewSchema } from './delivery.js';
import type { EndpointProgress } from './endpointProgress.js';
import { DISABLED_REASONS, WEBHOOK_STATUSES, type Webhook } from './webhook.js';

const time = z.iso.datetime();

/** An endpoint as it is shown. Its secrets are not. */
export const webhookViewSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    types: z.array(z.enum(EVENT_TYPES)).optional().meta({
      description: 'Which events it gets; all of them when this is absent.',
    }),
    description: z.string().optional(),
    status: z.enum(WEBHOOK_STATUSES),
    reason: z.enum(DISABLED_REASONS).optional().meta({
      description:
        'Why it was disabled: failing, every delivery failed for 3 days; gone, it answered 410.',
    }),
    since: time.meta({ description: 'Since when it has this status.' }),
    createdAt: time,
    createdBy: z.string().optional(),
    secrets: z.array(z.object({ createdAt: time, until: time.optional() })).meta({
      description: 'The keys that sign, the newest first; until: when an earlier one ends.',
    }),
    behindSince: time.optional().meta({
      description:
        'When the oldest event happened that it has not got; absent when it has got all.',
    }),
    outstanding: z.int().meta({
      description: 'Events that were read for it and are not delivered; at most 100.',
    }),
    failures: z.int().meta({ description: 'Failed attempts since the last one that succeeded.' }),
    failingSince: time.optional(),
    succeededAt: time.optional().meta({ description: 'When a delivery succeeded last.' }),
    missed: z.object({ from: time, until: time }).optional().meta({
      description:
        'It was so far behind that the feed has forgotten events: it did not get all that happened between these times.',
    }),
    last: deliveryViewSchema.optional().meta({ description: 'The last attempt.' }),
  })
  .meta({ id: 'Webhook' });

export type WebhookView = z.infer<typeof webhookViewSchema>;

/** What is known of an endpoint beside what people have made of it. */
export interface Standing {
  progress: EndpointProgress | undefined;
  last: Delivery | undefined;
  /** When the oldest event happened that it has not got (epoch ms). */
  behindSince: number | undefined;
  now: number;
}

export function webhookView(webhook: Webhook, standing: Standing): WebhookView {
  const { id, url, types, description, status, reason, since, createdAt, createdBy } = webhook;
  const { progress, last, behindSince, now } = standing;
  const { outstanding = [], failures = 0, failingSince, succeededAt, missed } = progress ?? {};
  return {
    id,
    url,
    types: types === undefined ? undefined : [...types],
    description,
    status,
    reason,
    since: iso(since),
    createdAt: iso(createdAt),
    createdBy,
    secrets: webhook.secrets
      .filter(({ until }) => until === undefined || until > now)
      .map((secret) => ({ createdAt: iso(secret.createdAt), until: isoOf(secret.until) })),
    behindSince: isoOf(behindSince),
    outstanding: outstanding.length,
    failures,
    failingSince: isoOf(failingSince),
    succeededAt: isoOf(succeededAt),
    missed: missed && { from: iso(missed.from), until: iso(missed.until) },
    last: last && deliveryView(last),
  };
}

export function deliveryView({ at, nextAt, ...delivery }: Delivery): DeliveryView {
  return { at: iso(at), ...delivery, nextAt: isoOf(nextAt) };
}

function isoOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : iso(ms);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
