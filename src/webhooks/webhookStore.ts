import { z } from 'zod';
import { EVENT_TYPES } from '../events/event.js';
import { decryptAtRest, encryptAtRest } from '../notification/atRest.js';
import type { Keyring } from '../notification/keyring.js';
import { type WebhookKeys, webhookKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import { type Delivery, deliverySchema } from './delivery.js';
import { type EndpointProgress, readProgress } from './endpointProgress.js';
import { DISABLED_REASONS, WEBHOOK_STATUSES, WEBHOOKS_MAX, type Webhook } from './webhook.js';

/** The most attempts that are kept for an endpoint, and for how long (ms). */
const DELIVERIES_MOST = 500;
const DELIVERIES_FOR_MS = 7 * 24 * 60 * 60 * 1_000;
/** Tests that wait for a sender: more than people press in a moment; after this time (s) no one waits for them. */
const TESTS_MOST = 20;
const TESTS_FOR_S = 15;

const PURPOSE = 'webhook';
const ANSWER_PURPOSE = 'webhook answer';

/** What is encrypted of an endpoint: a URL of a hook is often a secret as well. */
const hiddenSchema = z.object({
  url: z.string(),
  secrets: z
    .array(z.object({ secret: z.string(), createdAt: z.number(), until: z.number().optional() }))
    .min(1),
});

const openSchema = z.object({
  types: z.array(z.enum(EVENT_TYPES)).optional(),
  description: z.string().optional(),
  createdAt: z.number(),
  createdBy: z.string().optional(),
  status: z.enum(WEBHOOK_STATUSES),
  reason: z.enum(DISABLED_REASONS).optional(),
  since: z.number(),
  start: z.object({ n: z.number(), cursor: z.string() }),
  hidden: z.string(),
});

/** An endpoint and the text that it was read from: it is changed only while that is what stands there. */
export interface StoredWebhook {
  webhook: Webhook;
  text: string;
}

/** An endpoint that this process cannot read: the secret lacks its key, or the record is damaged. */
export interface UnreadableWebhook {
  id: string;
  text: string;
}

/** A test that a person has asked for. */
export interface TestRequest {
  webhookId: string;
  eventId: string;
}

interface Scripts {
  notifierChangeWebhook(...args: (string | number)[]): Promise<number>;
  notifierSaveWebhookProgress(...args: (string | number)[]): Promise<number>;
}

/** Endpoints, how far their deliveries have come, and the last attempts. */
export class WebhookStore {
  readonly #redis: RedisClient;
  readonly #keyring: Keyring;
  readonly keys: WebhookKeys;

  constructor(redis: RedisClient, prefix: string, keyring: Keyring) {
    this.#redis = redis;
    this.#keyring = keyring;
    this.keys = webhookKeys(prefix);
    redis.defineCommand('notifierChangeWebhook', {
      numberOfKeys: 1,
      lua: readScript('changeWebhook', import.meta.url),
    });
    redis.defineCommand('notifierSaveWebhookProgress', {
      numberOfKeys: 3,
      lua: readScript('saveProgress', import.meta.url),
    });
  }

  /** All endpoints, the newest last. What is in `known` by the same text is not decrypted again. */
  async all(
    known: ReadonlyMap<string, StoredWebhook> = new Map(),
  ): Promise<{ stored: StoredWebhook[]; unreadable: UnreadableWebhook[] }> {
    const found = Object.entries(await this.#redis.hgetall(this.keys.endpoints));
    const stored: StoredWebhook[] = [];
    const unreadable: UnreadableWebhook[] = [];
    for (const [id, text] of found) {
      const before = known.get(id);
      const read = before?.text === text ? before : this.#read(id, text);
      if (read === undefined) unreadable.push({ id, text });
      else stored.push(read);
    }
    stored.sort((a, b) => a.webhook.createdAt - b.webhook.createdAt);
    return { stored, unreadable };
  }

  /** Undefined where there is none. */
  async find(id: string): Promise<StoredWebhook | UnreadableWebhook | undefined> {
    const text = await this.#redis.hget(this.keys.endpoints, id);
    return text === null ? undefined : (this.#read(id, text) ?? { id, text });
  }

  async create(webhook: Webhook): Promise<'created' | 'exists' | 'too_many'> {
    const written = await this.#write(webhook, '');
    return written === 1 ? 'created' : written === 2 ? 'too_many' : 'exists';
  }

  /**
   * Changes an endpoint upon what is there: `decide` is asked again when another was faster. Undefined
   * where there is none, or none that can be read.
   */
  async change(id: string, decide: (webhook: Webhook) => Webhook): Promise<Webhook | undefined> {
    for (;;) {
      const found = await this.find(id);
      if (found === undefined || !('webhook' in found)) return undefined;
      const next = decide(found.webhook);
      if (next === found.webhook || (await this.#write(next, found.text)) === 1) return next;
    }
  }

  /** Whether it was there. Its attempts go with it. */
  async remove(id: string): Promise<boolean> {
    const results = await this.#redis
      .multi()
      .hdel(this.keys.endpoints, id)
      .del(this.keys.progress(id), this.keys.deliveries(id))
      .exec();
    return results?.[0]?.[1] === 1;
  }

  async progress(id: string): Promise<EndpointProgress | undefined> {
    return readProgress(await this.#redis.get(this.keys.progress(id)));
  }

  /** Notes progress and attempts; whether the endpoint is still there. */
  async save(
    id: string,
    progress: EndpointProgress | undefined,
    attempts: readonly Delivery[],
    now: number,
  ): Promise<boolean> {
    const { endpoints, progress: progressOf, deliveries } = this.keys;
    const written = await (this.#redis as unknown as Scripts).notifierSaveWebhookProgress(
      ...[endpoints, progressOf(id), deliveries(id)],
      id,
      progress === undefined ? '' : JSON.stringify(progress),
      DELIVERIES_MOST,
      Math.max(0, now - DELIVERIES_FOR_MS),
      ...attempts.map((attempt) => JSON.stringify(attempt)),
    );
    return written === 1;
  }

  /** The newest first. `before`: the cursor of the page before. */
  async deliveries(
    id: string,
    { limit, before }: { limit: number; before?: string },
  ): Promise<{ deliveries: Delivery[]; next?: string }> {
    const from = before === undefined ? '+' : `(${before}`;
    const key = this.keys.deliveries(id);
    const entries = await this.#redis.xrevrange(key, from, '-', 'COUNT', limit + 1);
    const page = entries.slice(0, limit);
    const deliveries = page.flatMap(([, [, json]]) => this.#readDelivery(id, json ?? ''));
    const next = entries.length > limit ? page.at(-1)?.[0] : undefined;
    return { deliveries, next };
  }

  /** Leaves a test for the sender; false when too many wait already. */
  async askForTest(request: TestRequest): Promise<boolean> {
    const waiting = await this.#redis.rpush(this.keys.tests, JSON.stringify(request));
    await this.#redis.ltrim(this.keys.tests, 0, TESTS_MOST - 1);
    await this.#redis.expire(this.keys.tests, TESTS_FOR_S);
    return waiting <= TESTS_MOST;
  }

  /** Takes the tests that wait. One that is taken by a sender that dies is not sent: a person asks again. */
  async takeTests(): Promise<TestRequest[]> {
    const texts = (await this.#redis.lpop(this.keys.tests, TESTS_MOST)) ?? [];
    return texts.map((text) => JSON.parse(text) as TestRequest);
  }

  /** An answer as it is kept. */
  sealAnswer(id: string, answer: string): string {
    return encryptAtRest(this.#keyring, ANSWER_PURPOSE, id, answer).toString('base64');
  }

  #readDelivery(id: string, json: string): Delivery[] {
    const { data } = deliverySchema.safeParse(parsed(json));
    if (data === undefined) return [];
    const answer = data.answer === undefined ? undefined : this.#openAnswer(id, data.answer);
    return [{ ...data, answer }];
  }

  #openAnswer(id: string, sealed: string): string | undefined {
    return this.#open(ANSWER_PURPOSE, id, sealed)?.toString();
  }

  #open(purpose: string, id: string, sealed: string): Buffer | undefined {
    const found = decryptAtRest(this.#keyring, purpose, id, Buffer.from(sealed, 'base64'));
    return found.kind === 'decrypted' ? found.bytes : undefined;
  }

  #read(id: string, text: string): StoredWebhook | undefined {
    const { data } = openSchema.safeParse(parsed(text));
    if (data === undefined) return undefined;
    const { hidden, ...open } = data;
    const json = this.#open(PURPOSE, id, hidden)?.toString();
    const secret = json === undefined ? undefined : hiddenSchema.safeParse(parsed(json)).data;
    return secret && { text, webhook: { id, ...open, ...secret } };
  }

  #write(webhook: Webhook, read: string): Promise<number> {
    const { id, url, secrets, ...open } = webhook;
    const sealed = encryptAtRest(this.#keyring, PURPOSE, id, JSON.stringify({ url, secrets }));
    const text = JSON.stringify({ ...open, hidden: sealed.toString('base64') });
    const { endpoints } = this.keys;
    const scripts = this.#redis as unknown as Scripts;
    return scripts.notifierChangeWebhook(endpoints, id, read, text, WEBHOOKS_MAX);
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
