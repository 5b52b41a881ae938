import { Writable } from 'node:stream';
import { pino } from 'pino';
import { openProducer } from '../../../src/app/openProducer.js';
import { openWebhooks } from '../../../src/app/openWebhooks.js';
import { keyringOf } from '../../../src/config.js';
import { EventFeed } from '../../../src/events/eventFeed.js';
import type { NotificationProducer } from '../../../src/queue/producer.js';
import { connectForWorking, disconnect } from '../../../src/redis/redisClient.js';
import { WebhookSender } from '../../../src/webhooks/webhookSender.js';
import { WebhookStore } from '../../../src/webhooks/webhookStore.js';
import type { Webhooks } from '../../../src/webhooks/webhooks.js';
import type { TestApi } from '../../api/support/api.js';

/** Senders on the deployment of an api, by a clock that a test moves. */
export class Senders {
  readonly logged: string[] = [];
  readonly results: string[] = [];
  readonly producer: NotificationProducer;
  readonly webhooks: Webhooks;
  readonly store: WebhookStore;
  readonly #api: TestApi;
  readonly #running: WebhookSender[] = [];
  readonly #redis;
  #ahead = 0;

  constructor(api: TestApi) {
    this.#api = api;
    this.producer = openProducer(api.config);
    const config = { ...api.config, WEBHOOKS_ALLOW_PRIVATE: 'on' } as const;
    this.webhooks = openWebhooks(config, this.producer);
    this.#redis = connectForWorking(api.config.REDIS_URL);
    this.store = new WebhookStore(this.#redis, api.config.QUEUE_PREFIX, keyringOf(api.config));
  }

  now(): number {
    return this.producer.store.ledger.clock.now() + this.#ahead;
  }

  /** Time goes by for the senders, and for nothing else. */
  pass(ms: number): void {
    this.#ahead += ms;
  }

  start(options: { allowPrivate?: boolean; withinMs?: number } = {}): WebhookSender {
    const { ledger } = this.producer.store;
    const destination = new Writable({
      write: (chunk, _encoding, done) => {
        this.logged.push(String(chunk));
        done();
      },
    });
    const sender = new WebhookSender({
      redis: this.#redis,
      store: this.store,
      feed: new EventFeed({ redis: this.#redis, ledger }),
      now: () => this.now(),
      log: pino({ level: 'trace' }, destination),
      poster: { allowPrivate: true, ...options },
      onDelivery: (result) => void this.results.push(result),
      noteRedis: () => false,
      tickMs: 20,
    });
    sender.start();
    this.#running.push(sender);
    return sender;
  }

  /** A webhook that gets all events from now on, and the secret that it is signed with. */
  async webhook(id: string, url: string, more: { types?: never } = {}): Promise<string> {
    const made = await this.webhooks.create({ id, url, ...more }, { from: 'library' });
    if (made.kind !== 'created') throw new Error(JSON.stringify(made));
    return made.secret ?? '';
  }

  /** Accepts a notification, and cancels it: four changes where no worker runs. */
  async notification(id: string): Promise<void> {
    const accepted = await this.#api.post({
      id,
      recipient: { email: 'MARKER@example.com', name: 'MARKER' },
      template: 'follow-up',
      metadata: { order: `order of ${id}` },
    });
    if (accepted.status !== 202) throw new Error(JSON.stringify(accepted.body));
    await this.#api.call('DELETE', `/v1/notifications/${id}`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((sender) => sender.stop()));
    await this.producer.close();
    disconnect(this.#redis);
  }
}

/** What becomes of such a notification. */
export const STATES_OF_ONE = ['accepted', 'queued', 'cancelled'];
