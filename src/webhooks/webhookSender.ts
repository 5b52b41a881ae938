import { redactedError } from '../ops/logger.js';
import { Lease } from '../redis/lease.js';
import type { RedisClient } from '../redis/redisClient.js';
import { EndpointSender, type EndpointSenderParts } from './endpointSender.js';
import type { StoredWebhook, UnreadableWebhook } from './webhookStore.js';

export interface WebhookSenderParts extends EndpointSenderParts {
  redis: RedisClient;
  /** How often it looks for events and for changes of endpoints (ms). */
  tickMs?: number;
  /** For how long a sender that died keeps others from sending (ms); for testing in less time. */
  leaseMs?: number;
}

const TICK_MS = 500;
const LEASE_MS = 10_000;

interface Running {
  stored: StoredWebhook;
  sender: EndpointSender;
}

/**
 * Delivers the events of the feed to every endpoint, in one process at a time by a lease. Each endpoint has
 * a sender of its own (endpointSender.ts, with the crash windows): none waits for another.
 *
 * A process that has lost the lease stops its senders; the one that takes it begins with what they have noted.
 * Two at once send events twice, and skip none.
 */
export class WebhookSender {
  readonly #parts: WebhookSenderParts;
  readonly #lease: Lease;
  readonly #running = new Map<string, Running>();
  /** Text of endpoints that could not be read, so that each is logged once. */
  readonly #unreadable = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(parts: WebhookSenderParts) {
    this.#parts = parts;
    this.#lease = new Lease(parts.redis, parts.store.keys.sender, parts.leaseMs ?? LEASE_MS);
  }

  start(): void {
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#ticking;
    await this.#stopAll();
    await this.#lease.giveUp().catch(() => undefined);
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#ticking = this.#guarded();
      void this.#ticking.then(() => this.#schedule());
    }, this.#parts.tickMs ?? TICK_MS);
  }

  async #guarded(): Promise<void> {
    const { noteRedis, log } = this.#parts;
    try {
      await this.#tick();
    } catch (error) {
      if (noteRedis(error)) return;
      log.error({ error: redactedError(error) }, 'sending webhooks failed; it is tried again');
    }
  }

  async #tick(): Promise<void> {
    if (!(await this.#lease.take())) return this.#stopAll();
    const { store } = this.#parts;
    const known = new Map([...this.#running].map(([id, { stored }]) => [id, stored]));
    const { stored, unreadable } = await store.all(known);
    this.#logUnreadable(unreadable);
    await this.#stopMissing(new Set(stored.map(({ webhook }) => webhook.id)));
    for (const each of stored) this.#senderOf(each);
    if (stored.length > 0) await this.#test();
    // Not awaited: an endpoint whose work takes long keeps no other from its own.
    for (const { sender } of this.#running.values()) void sender.pump();
  }

  /** One that was deleted and made again under its id has a new sender: the old one has ended with it. */
  #senderOf(stored: StoredWebhook): void {
    const { webhook } = stored;
    const running = this.#running.get(webhook.id);
    const isAnother = running?.stored.webhook.createdAt !== webhook.createdAt;
    if (running === undefined || isAnother) {
      void running?.sender.stop();
      const sender = new EndpointSender(webhook, this.#parts);
      this.#running.set(webhook.id, { stored, sender });
    } else if (running.stored !== stored) {
      running.stored = stored;
      running.sender.webhook = webhook;
    }
  }

  async #test(): Promise<void> {
    for (const { webhookId, eventId } of await this.#parts.store.takeTests()) {
      this.#running.get(webhookId)?.sender.test(eventId);
    }
  }

  async #stopMissing(there: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#running].filter(([id]) => !there.has(id));
    for (const [id] of gone) this.#running.delete(id);
    await Promise.all(gone.map(([, { sender }]) => sender.stop()));
  }

  async #stopAll(): Promise<void> {
    await this.#stopMissing(new Set());
  }

  #logUnreadable(unreadable: readonly UnreadableWebhook[]): void {
    for (const { id, text } of unreadable) {
      if (this.#unreadable.get(id) === text) continue;
      this.#unreadable.set(id, text);
      this.#parts.log.error(
        { webhook: id },
        'a webhook cannot be decrypted, and gets nothing: give this process the NOTIFIER_SECRET that it was made with, or delete it',
      );
    }
  }
}
