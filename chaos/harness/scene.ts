import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NotificationProducer } from '#product/queue/producer.js';
import type { Settings } from '#sandbox/settings.js';
import { Child } from './child.js';
import type { ChaosSettings } from './fault.js';
import { Fleet } from './fleet.js';
import { Intake } from './intake.js';
import { Platform } from './platform.js';
import { type Random, seeded, seedOf } from './random.js';
import { type Planned, plan } from './recipients.js';
import { EVERYSEC, type PrivateRedis, type RedisTools } from './redisServer.js';
import { startTcpProxy, type TcpProxy } from './tcpProxy.js';

const MAIN = fileURLToPath(import.meta.resolve('#product/main.js'));
const SECRET = 'k1:not-a-secret-but-long-enough';

/** What a fault needs instead of the usual. */
export interface SceneNeeds {
  /** Arguments of the Redis server. */
  redis?: readonly string[];
  sandbox?: Partial<Settings>;
  /** Settings of api and workers. */
  env?: Record<string, string>;
  /** Workers reach Redis and the platform through a proxy. */
  proxies?: boolean;
}

/** Something that was struck, and from when on its recovery counts. */
export interface Strike {
  /** What was in the hands of what was struck, then. */
  hit: readonly string[];
  /** When it happened (epoch ms). */
  at: number;
  /** When the fault was over (epoch ms); a kill is over at once. */
  over: number;
}

/** A whole deployment of the built product: a Redis of its own, the sandbox, an api, workers. All on this machine. */
export class Scene {
  readonly settings: ChaosSettings;
  readonly random: Random;
  readonly redis: PrivateRedis;
  readonly platform: Platform;
  readonly toRedis: TcpProxy | undefined;
  readonly toPlatform: TcpProxy | undefined;
  readonly fleet: Fleet;
  readonly planned: readonly Planned[];
  readonly intake: Intake;
  /** How the harness looks into the ledger. */
  readonly producer: NotificationProducer;
  readonly strikes: Strike[] = [];
  /** From when on (epoch ms) Redis may forget what was accepted, where that is not promised otherwise. */
  forgivenFrom: number | undefined;
  readonly env: Record<string, string>;
  #api: { child: Child; url: string } | undefined;

  private constructor(parts: {
    settings: ChaosSettings;
    name: string;
    redis: PrivateRedis;
    platform: Platform;
    toRedis?: TcpProxy;
    toPlatform?: TcpProxy;
    planned: readonly Planned[];
    env: Record<string, string>;
  }) {
    const { settings, name, redis, platform, toRedis, toPlatform, planned, env } = parts;
    this.settings = settings;
    this.random = seeded(seedOf(settings.seed, name));
    this.redis = redis;
    this.platform = platform;
    this.toRedis = toRedis;
    this.toPlatform = toPlatform;
    this.planned = planned;
    this.env = env;
    this.fleet = new Fleet({
      ...env,
      REDIS_URL: toRedis === undefined ? redis.url : `redis://127.0.0.1:${toRedis.port}`,
      GENESYS_CLOUD_BASE_URL:
        toPlatform === undefined ? platform.url : `http://127.0.0.1:${toPlatform.port}`,
    });
    this.intake = new Intake(planned, () => this.#api?.url ?? '');
    this.producer = new NotificationProducer({
      redisUrl: redis.url,
      prefix: env['QUEUE_PREFIX'],
      secret: SECRET,
    });
  }

  static async open(
    name: string,
    settings: ChaosSettings,
    tools: RedisTools,
    needs: SceneNeeds,
  ): Promise<Scene> {
    const redis = await tools.startRedis({ args: [...(needs.redis ?? EVERYSEC)] });
    const platform = await Platform.start({
      requestsPerMinute: 0,
      latencyMs: 20,
      ...needs.sandbox,
    });
    const proxied = needs.proxies === true;
    const env = {
      REDIS_URL: redis.url,
      QUEUE_PREFIX: `{chaos-${randomBytes(3).toString('hex')}}`,
      NOTIFIER_SECRET: SECRET,
      GENESYS_CLOUD_BASE_URL: platform.url,
      GENESYS_CLOUD_CLIENT_ID: 'sandbox',
      GENESYS_CLOUD_CLIENT_SECRET: 'sandbox-secret',
      GENESYS_WEB_DEPLOYMENT_ID: 'd0000000-0000-4000-8000-000000000001',
      GENESYS_EMAIL_FROM: 'care@example.com',
      GENESYS_SMS_FROM: '+15550100000',
      // As good as none: the pace is that of the intake.
      GENESYS_REQUESTS_PER_MINUTE: '1000000',
      API_REQUESTS_PER_MINUTE: '0',
      API_PORT: String(await freePort()),
      WORKER_CONCURRENCY: '10',
      DELIVERY_CHECK_AFTER: '1s',
      CAMPAIGN_MAX_UNKNOWN: '1000000',
      CAMPAIGN_MAX_FAILURE_SHARE: '1',
      LOG_LEVEL: 'info',
      ...needs.env,
    };
    const random = seeded(seedOf(settings.seed, 'recipients'));
    const scene = new Scene({
      settings,
      name,
      redis,
      platform,
      env,
      toRedis: proxied ? await startTcpProxy(redis.port) : undefined,
      toPlatform: proxied ? await startTcpProxy(Number(new URL(platform.url).port)) : undefined,
      planned: await plan(platform, settings.notifications, random),
    });
    try {
      await Promise.all([
        scene.startApi(),
        ...Array.from({ length: settings.workers }, () => scene.fleet.hire()),
      ]);
      return scene;
    } catch (error) {
      await scene.close();
      throw error;
    }
  }

  /** Notes what is struck now; `over` of the result is to be set for what lasts. */
  struck(hit: readonly string[]): Strike {
    const now = Date.now();
    const strike = { hit, at: now, over: now };
    this.strikes.push(strike);
    return strike;
  }

  /** So many shares of the notifications, in order, at which something is to happen. */
  moments(count: number): number[] {
    // The first tenth gets the deployment going, the last one shows that it still goes.
    return Array.from({ length: count }, () => 0.1 + 0.8 * this.random()).sort((a, b) => a - b);
  }

  /** As many strikes as fit the size of the run. */
  strikesFor(perNotifications: number): number {
    return Math.max(1, Math.round(this.settings.notifications / perNotifications));
  }

  async startApi(): Promise<void> {
    let ready: (url: string) => void = () => undefined;
    const url = new Promise<string>((resolve) => {
      ready = resolve;
    });
    const child = new Child({
      name: 'the api',
      args: [MAIN, 'api'],
      env: this.env,
      onLine: (line) => {
        if (!line.includes('"msg":"ready"')) return;
        ready((JSON.parse(line) as { url: string }).url);
      },
    });
    this.#api = { child, url: `http://127.0.0.1:${this.env['API_PORT']}` };
    await child.alive(url);
  }

  async killApi(): Promise<void> {
    this.#api?.child.kill('SIGKILL');
    await this.#api?.child.gone;
  }

  /** A command of the product, as an operator would give it. */
  async command(args: readonly string[]): Promise<string> {
    const child = new Child({ name: `notifier ${args[0]}`, args: [MAIN, ...args], env: this.env });
    await child.gone;
    return child.lastLines;
  }

  async close(): Promise<void> {
    this.intake.stop();
    await Promise.all([this.fleet.stop(), this.#api?.child.stop()]);
    await this.producer.close();
    await Promise.all([this.toRedis?.close(), this.toPlatform?.close()]);
    await this.platform.stop();
    await this.redis.stop();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
