import type { EventFeed } from '../events/eventFeed.js';
import { type EndpointProgress, timeOf } from './endpointProgress.js';
import { WEBHOOK_STATUSES, type Webhook, type WebhookStatus } from './webhook.js';
import type { WebhookStore } from './webhookStore.js';

/** How all webhooks of the deployment stand. */
export interface WebhookSummary {
  counts: Readonly<Record<WebhookStatus, number>>;
  /** Those that NOTIFIER_SECRET cannot decrypt. */
  unreadable: number;
  /** When the oldest event happened that an active webhook has not got (epoch ms). */
  behindSince?: number;
}

/** When the oldest event happened that an endpoint has not got (epoch ms); undefined when it has got all. */
export async function behindSince(
  feed: Pick<EventFeed, 'read'>,
  { start, types }: Webhook,
  progress: EndpointProgress | undefined,
): Promise<number | undefined> {
  const isOfStart = progress?.n === start.n;
  const [oldest] = isOfStart ? progress.outstanding : [];
  if (oldest !== undefined) return timeOf(oldest.id);
  const after = isOfStart ? progress.cursor : start.cursor;
  const page = await feed.read({ after, types, limit: 1 });
  if (page.kind === 'events') return page.events[0]?.at;
  // What it has not got is forgotten, and happened after its cursor.
  return page.because === 'trimmed' ? timeOf(after) : undefined;
}

export async function webhookSummary(
  store: WebhookStore,
  feed: Pick<EventFeed, 'read'>,
): Promise<WebhookSummary> {
  const { stored, unreadable } = await store.all();
  const of = (status: WebhookStatus) => stored.filter(({ webhook }) => webhook.status === status);
  const behind = await Promise.all(
    of('active').map(async ({ webhook }) =>
      behindSince(feed, webhook, await store.progress(webhook.id)),
    ),
  );
  const times = behind.filter((at) => at !== undefined);
  const [active, paused, disabled] = WEBHOOK_STATUSES.map((status) => of(status).length);
  return {
    counts: { active: active ?? 0, paused: paused ?? 0, disabled: disabled ?? 0 },
    unreadable: unreadable.length,
    behindSince: times.length === 0 ? undefined : Math.min(...times),
  };
}
