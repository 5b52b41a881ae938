import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../audit/auditCaller.js';
import type { Act, Outcome } from '../audit/auditEntry.js';
import type { AuditLog } from '../audit/auditLog.js';
import type { EventFeed } from '../events/eventFeed.js';
import { untilConnected, withTimeout } from '../queue/timeout.js';
import { type RedisClock, redisClock } from '../redis/clock.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { DeliveryView } from './delivery.js';
import { originOf, type Webhook, type WebhookSecret } from './webhook.js';
import {
  OVERLAP_DEFAULT_S,
  type Rotation,
  urlProblem,
  type WebhookRequest,
} from './webhookRequest.js';
import { makeSecret } from './webhookSignature.js';
import type { WebhookStore } from './webhookStore.js';
import { behindSince, type WebhookSummary, webhookSummary } from './webhookSummary.js';
import { deliveryView, type WebhookView, webhookView } from './webhookView.js';

export interface WebhooksParts {
  redis: RedisClient;
  prefix: string;
  store: WebhookStore;
  feed: Pick<EventFeed, 'read' | 'cursorAt'>;
  audit: AuditLog;
  /** Whether endpoints may lie on the inside; see WEBHOOKS_ALLOW_PRIVATE. */
  allowPrivate: boolean;
}

export type CreatedWebhook =
  /** `secret`: what was made here; shown this once. */
  | { kind: 'created'; webhook: WebhookView; secret?: string }
  | { kind: 'exists' | 'too_many' }
  | { kind: 'invalid'; expected: string };

export type TestedWebhook =
  | { kind: 'tested'; delivery: DeliveryView }
  /** No sender took it in time: no worker runs, or each is busy or away from Redis. */
  | { kind: 'not_tested' }
  | { kind: 'missing' };

/** A secret beside the new one, for receivers that are changed one by one; more are never needed. */
const SECRETS_MOST = 3;
/** As long as a sender may take to see it, and a request may take. */
const TEST_WITHIN_MS = 15_000;
const TEST_LOOKS_EVERY_MS = 200;
const TEST_LOOKS_AT = 50;

/** What people and programs ask of webhooks, and do to them. Each change is audited. */
export class Webhooks {
  readonly #parts: WebhooksParts;
  readonly #clock: RedisClock;

  constructor(parts: WebhooksParts) {
    this.#parts = parts;
    this.#clock = redisClock(parts.redis, parts.prefix);
  }

  /** The time by Redis (epoch ms), as far as this process knows it. */
  now(): number {
    return this.#clock.now();
  }

  /**
   * Makes an endpoint, which gets what happens from now on.
   *
   * @throws RedisUnavailableError
   */
  create(request: WebhookRequest, by: Caller): Promise<CreatedWebhook> {
    const { id = uuidv7(), url, types, description, secret = makeSecret() } = request;
    const expected = urlProblem(url, this.#parts.allowPrivate);
    if (expected !== undefined) return Promise.resolve({ kind: 'invalid', expected });
    const act: Act = { what: 'webhook.create', on: id, detail: originOf(url) };
    const work = async (): Promise<CreatedWebhook> => {
      const now = await this.#clock.current();
      const webhook: Webhook = {
        id,
        url,
        types,
        description: description === '' ? undefined : description,
        createdAt: now,
        createdBy: by.name,
        status: 'active',
        since: now,
        secrets: [{ secret, createdAt: now }],
        // A number of its own: what was noted of a deleted one with this id is not taken up.
        start: { n: now, cursor: this.#parts.feed.cursorAt(now) },
      };
      const kind = await this.#parts.store.create(webhook);
      if (kind !== 'created') return { kind };
      const view = webhookView(webhook, NOTHING_YET(now));
      return { kind, webhook: view, secret: request.secret === undefined ? secret : undefined };
    };
    return this.#audited(by, act, work, ({ kind }) =>
      kind === 'created' ? DONE : { outcome: 'refused', detail: kind },
    );
  }

  /** @throws RedisUnavailableError */
  all(): Promise<{ webhooks: WebhookView[]; unreadable: string[] }> {
    return this.#patiently(async () => {
      const { stored, unreadable } = await this.#parts.store.all();
      const webhooks = await Promise.all(stored.map(({ webhook }) => this.#viewOf(webhook)));
      return { webhooks, unreadable: unreadable.map(({ id }) => id) };
    });
  }

  /** @throws RedisUnavailableError */
  summary(): Promise<WebhookSummary> {
    return this.#patiently(() => webhookSummary(this.#parts.store, this.#parts.feed));
  }

  /** Undefined where there is none that can be read. @throws RedisUnavailableError */
  find(id: string): Promise<WebhookView | undefined> {
    return this.#patiently(async () => {
      const found = await this.#parts.store.find(id);
      return found !== undefined && 'webhook' in found ? this.#viewOf(found.webhook) : undefined;
    });
  }

  /** The last attempts, the newest first. @throws RedisUnavailableError */
  deliveries(
    id: string,
    page: { limit: number; before?: string },
  ): Promise<{ deliveries: DeliveryView[]; next?: string } | undefined> {
    return this.#patiently(async () => {
      const { store } = this.#parts;
      if ((await store.find(id)) === undefined) return undefined;
      const { deliveries, next } = await store.deliveries(id, page);
      return { deliveries: deliveries.map(deliveryView), next };
    });
  }

  /** Sends it nothing until it is resumed. @throws RedisUnavailableError */
  pause(id: string, by: Caller): Promise<WebhookView | undefined> {
    return this.#changed({ what: 'webhook.pause', on: id }, by, (webhook, now) =>
      webhook.status === 'paused'
        ? webhook
        : { ...webhook, status: 'paused', reason: undefined, since: now },
    );
  }

  /** Goes on where it stood, also after it was disabled. @throws RedisUnavailableError */
  resume(id: string, by: Caller): Promise<WebhookView | undefined> {
    return this.#changed({ what: 'webhook.resume', on: id }, by, (webhook, now) =>
      webhook.status === 'active'
        ? webhook
        : { ...webhook, status: 'active', reason: undefined, since: now },
    );
  }

  /** Sends again what happened since `from` (epoch ms). @throws RedisUnavailableError */
  replay(id: string, from: number, by: Caller): Promise<WebhookView | undefined> {
    const detail = `from ${new Date(from).toISOString()}`;
    const cursor = this.#parts.feed.cursorAt(from);
    return this.#changed({ what: 'webhook.replay', on: id, detail }, by, (webhook) => ({
      ...webhook,
      start: { n: webhook.start.n + 1, cursor },
    }));
  }

  /**
   * Signs with a new secret, and for a while with the ones before as well.
   *
   * @throws RedisUnavailableError
   */
  async rotate(
    id: string,
    rotation: Rotation,
    by: Caller,
  ): Promise<{ webhook: WebhookView; secret?: string } | undefined> {
    const { secret = makeSecret(), overlapSeconds = OVERLAP_DEFAULT_S } = rotation;
    const view = await this.#changed(
      { what: 'webhook.rotate_secret', on: id, detail: `overlap of ${overlapSeconds} s` },
      by,
      (webhook, now) => {
        const end = now + overlapSeconds * 1_000;
        const earlier = webhook.secrets
          .map((each): WebhookSecret => ({ ...each, until: Math.min(each.until ?? end, end) }))
          .filter((each) => each.secret !== secret && (each.until ?? 0) > now);
        const secrets = [{ secret, createdAt: now }, ...earlier].slice(0, SECRETS_MOST);
        return { ...webhook, secrets };
      },
    );
    if (view === undefined) return undefined;
    return { webhook: view, secret: rotation.secret === undefined ? secret : undefined };
  }

  /** Whether it was there. What is not delivered is not delivered any more. @throws RedisUnavailableError */
  remove(id: string, by: Caller): Promise<boolean> {
    const work = () => this.#parts.store.remove(id);
    return this.#audited(by, { what: 'webhook.delete', on: id }, work, (was) =>
      was ? DONE : MISSING,
    );
  }

  /**
   * Has the sender post one event of the type `webhook.test`, whatever the status, and waits for what comes
   * of it: it is the worker that has to reach the endpoint, not this process.
   *
   * @throws RedisUnavailableError
   */
  async test(id: string, by: Caller): Promise<TestedWebhook> {
    const eventId = `test-${randomBytes(9).toString('base64url')}`;
    const isAsked = await this.#audited(
      by,
      { what: 'webhook.test', on: id },
      async () => {
        const { store } = this.#parts;
        if ((await store.find(id)) === undefined) return 'missing';
        return (await store.askForTest({ webhookId: id, eventId })) ? 'asked' : 'too_many';
      },
      (asked) => (asked === 'asked' ? DONE : { outcome: 'refused', detail: asked }),
    );
    if (isAsked !== 'asked') return { kind: isAsked === 'missing' ? 'missing' : 'not_tested' };
    const giveUpAt = performance.now() + TEST_WITHIN_MS;
    while (performance.now() < giveUpAt) {
      await delay(TEST_LOOKS_EVERY_MS);
      const page = await this.deliveries(id, { limit: TEST_LOOKS_AT });
      const delivery = page?.deliveries.find((each) => each.eventId === eventId);
      if (delivery !== undefined) return { kind: 'tested', delivery };
    }
    return { kind: 'not_tested' };
  }

  async #viewOf(webhook: Webhook): Promise<WebhookView> {
    const { store } = this.#parts;
    const [progress, { deliveries }, now] = await Promise.all([
      store.progress(webhook.id),
      store.deliveries(webhook.id, { limit: 1 }),
      this.#clock.current(),
    ]);
    const behind = await behindSince(this.#parts.feed, webhook, progress);
    return webhookView(webhook, { progress, last: deliveries[0], behindSince: behind, now });
  }

  #changed(
    act: Act,
    by: Caller,
    decide: (webhook: Webhook, now: number) => Webhook,
  ): Promise<WebhookView | undefined> {
    const { store } = this.#parts;
    const work = async () => {
      const now = await this.#clock.current();
      const webhook = await store.change(act.on ?? '', (each) => decide(each, now));
      return webhook && this.#viewOf(webhook);
    };
    return this.#audited(by, act, work, (view) => (view === undefined ? MISSING : DONE));
  }

  #audited<T>(
    by: Caller,
    act: Act,
    work: () => Promise<T>,
    outcomeOf: (result: T) => Outcome,
  ): Promise<T> {
    return this.#patiently(() => this.#parts.audit.act(by, act, work, outcomeOf), true);
  }

  #patiently<T>(work: () => Promise<T>, mayBeDone = false): Promise<T> {
    const { redis } = this.#parts;
    return withTimeout(untilConnected(redis).then(work), undefined, mayBeDone);
  }
}

const DONE: Outcome = { outcome: 'done' };
const MISSING: Outcome = { outcome: 'refused', detail: 'there is none' };

const NOTHING_YET = (now: number) => ({
  progress: undefined,
  last: undefined,
  behindSince: undefined,
  now,
});
