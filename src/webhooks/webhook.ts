import type { EventType } from '../events/event.js';

/** Whether an endpoint is sent to: people pause and resume it; the sender disables one that does not work. */
export const WEBHOOK_STATUSES = ['active', 'paused', 'disabled'] as const;

export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

/** Why the sender has disabled an endpoint: it failed for too long, or answered 410. */
export const DISABLED_REASONS = ['failing', 'gone'] as const;

export type DisabledReason = (typeof DISABLED_REASONS)[number];

export const DISABLED_MEANINGS: Readonly<Record<DisabledReason, string>> = {
  failing: 'Every delivery failed for 3 days.',
  gone: 'It answered 410 Gone: its owner wants no more of it.',
};

/** A key that bodies are signed with. */
export interface WebhookSecret {
  /** `whsec_` and 24 to 64 bytes in base64. */
  secret: string;
  /** Epoch ms. */
  createdAt: number;
  /** Until when an earlier key still signs (epoch ms); absent for the one that stays. */
  until?: number;
}

/**
 * An endpoint as people have made it. Written by people, and by the sender when it disables one; how far
 * its deliveries have come is kept apart (endpointProgress.ts), and written by the sender alone.
 */
export interface Webhook {
  id: string;
  url: string;
  /** Which events it gets; all of them where this is left out. */
  types?: readonly EventType[];
  description?: string;
  /** Epoch ms. */
  createdAt: number;
  createdBy?: string;
  status: WebhookStatus;
  reason?: DisabledReason;
  /** Since when it has that status (epoch ms). */
  since: number;
  /** The newest first; at least one. */
  secrets: readonly WebhookSecret[];
  /** Where its deliveries begin, as a cursor of the feed; each replay counts `n` up. */
  start: { n: number; cursor: string };
}

/** The most endpoints of a deployment: the sender looks at each of them twice a second. */
export const WEBHOOKS_MAX = 50;

/** How an endpoint is named in logs and in the audit: its path and query may be secrets. */
export function originOf(url: string): string {
  return new URL(url).origin;
}
