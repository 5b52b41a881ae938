import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { type Config, loadConfig, type Role } from '#product/config.js';
import { NotificationProducer } from '#product/queue/producer.js';
import { untilConnected } from '#product/queue/timeout.js';
import { connectForWorking, disconnect, type RedisClient } from '#product/redis/redisClient.js';
import { TemplateCatalogue } from '#product/templates/catalogue.js';
import { loadTemplates, publishTemplates } from '#product/templates/loadTemplates.js';

const PROJECT = fileURLToPath(new URL('..', import.meta.resolve('#product/main.js')));

/** What the sandbox expects of its clients. */
const SANDBOX_CLIENT = {
  GENESYS_CLOUD_CLIENT_ID: 'sandbox',
  GENESYS_CLOUD_CLIENT_SECRET: 'sandbox-secret',
  GENESYS_WEB_DEPLOYMENT_ID: 'd0000000-0000-4000-8000-000000000001',
  GENESYS_EMAIL_FROM: 'care@example.com',
};

const BACKLOG_MAX = 10_000_000;
const LONGER_THAN_ANY_RUN = '1h';

export const BENCH_SECRET = 'k1:not-a-secret-but-long-enough';

/**
 * Keys of its own in the benchmarks' Redis, templates published, a producer; and the environment by
 * which workers and apis become part of it. Nothing is left of it once it is removed.
 */
export class Deployment {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly redis: RedisClient;
  readonly producer: NotificationProducer;
  readonly #templates: string;
  #removed = false;

  private constructor(redisUrl: string) {
    this.redisUrl = redisUrl;
    // As long as the default, `{notifier}`, for every key carries it.
    this.prefix = `{b${randomBytes(4).toString('hex').slice(1)}}`;
    this.redis = connectForWorking(redisUrl);
    this.producer = new NotificationProducer({
      redisUrl,
      prefix: this.prefix,
      secret: BENCH_SECRET,
      backlogMax: BACKLOG_MAX,
    });
    this.#templates = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-bench-'));
    for (const folder of ['templates', 'bench/templates']) {
      cpSync(path.join(PROJECT, folder), this.#templates, { recursive: true });
    }
  }

  static async open(redisUrl: string): Promise<Deployment> {
    const deployment = new Deployment(redisUrl);
    try {
      // Not the producer's: its connection refuses what comes before it stands.
      const catalogue = new TemplateCatalogue(deployment.redis, deployment.prefix);
      await publishTemplates(catalogue, await loadTemplates(deployment.#templates), ['web']);
      await untilConnected(deployment.producer.store.redis);
      return deployment;
    } catch (error) {
      await deployment.remove();
      throw error;
    }
  }

  /**
   * The settings of its roles. Delivery checks are put off beyond the end of a run: they cost one
   * request a notification, and are measured where that is the question.
   */
  environment(changes: Record<string, string> = {}): Record<string, string> {
    return {
      ...SANDBOX_CLIENT,
      REDIS_URL: this.redisUrl,
      QUEUE_PREFIX: this.prefix,
      NOTIFIER_SECRET: BENCH_SECRET,
      TEMPLATES_DIR: this.#templates,
      NOTIFY_CHANNELS: 'web',
      BACKLOG_MAX: String(BACKLOG_MAX),
      DELIVERY_CHECK_AFTER: LONGER_THAN_ANY_RUN,
      LOG_LEVEL: 'info',
      ...changes,
    };
  }

  /** Fills a queue that has nothing to do with the product. */
  async addPlainJobs(queue: string, jobs: readonly object[]): Promise<void> {
    const plain = new Queue(queue, { connection: this.redis, prefix: this.prefix });
    await plain.addBulk(jobs.map((data) => ({ name: 'job', data })));
    await plain.close();
  }

  /** Deletes the keys that match, the prefix aside. */
  async forget(pattern: string): Promise<void> {
    const nodes = this.redis instanceof Redis ? [this.redis] : this.redis.nodes('master');
    await Promise.all(nodes.map((node) => removeKeys(node, `${this.prefix}:${pattern}`)));
  }

  /** Safe to call again. */
  async remove(): Promise<void> {
    if (this.#removed) return;
    this.#removed = true;
    await this.producer.close();
    await this.forget('*');
    disconnect(this.redis);
    rmSync(this.#templates, { recursive: true, force: true });
  }
}

/** The configuration a role has under this environment. */
export function configOf(env: Record<string, string>, role: Role): Config {
  const loaded = loadConfig(env, role);
  if (loaded.ok) return loaded.config;
  throw new Error(`wrong settings: ${loaded.problems.map(({ name }) => name).join(', ')}`);
}

async function removeKeys(node: Redis, match: string): Promise<void> {
  for await (const keys of node.scanStream({ match, count: 1_000 })) {
    if (keys.length > 0) await node.del(...(keys as string[]));
  }
}
