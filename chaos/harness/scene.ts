import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NotificationProducer } from '#product/queue/producer.js';
import type { Settings } from '#sandbox/settings.js';
import { BatchIntake } from './batchIntake.js';
import { CampaignIntake, campaignRowId } from './campaignIntake.js';
import { Child } from './child.js';
import type { ChaosSettings } from './fault.js';
import { Fleet } from './fleet.js';
import type { Intake } from './intake.js';
import { Platform } from './platform.js';
import { type Random, seeded, seedOf } from './random.js';
import { type Planned, plan } from './recipients.js';
import { EVERYSEC, oneServer, type RedisInPlay, type RedisTools } from './redisServer.js';
import { startTcpProxy, type TcpProxy } from './tcpProxy.js';

const MAIN = fileURLToPath(import.meta.resolve('#product/main.js'));
const SECRET = 'k1:not-a-secret-but-long-enough';

/** What a fault needs instead of the usual. */
export interface SceneNeeds {
  /** Arguments of the Redis server. */
  redis?: readonly string[];
  /** Instead of one server with such arguments. */
  openRedis?: (tools: RedisTools) => Promise<RedisInPlay>;
  sandbox?: Partial<Settings>;
  /** Settings of api and workers. */
  env?: Record<string, string>;
  /** The notifications are the rows of a campaign. */
  campaign?: boolean;
  /** The entry of the version of the product that the scene begins with. */
  main?: string;
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
  readonly redis: RedisInPlay;
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
  #api: Child | undefined;

  private constructor(parts: {
    settings: ChaosSettings;
    name: string;
    redis: RedisInPlay;
    platform: Platform;
    toRedis?: TcpProxy;
    toPlatform?: TcpProxy;
    planned: readonly Planned[];
    campaign?: boolean;
    env: Record<string, string>;
  }) {
    const { settings, name, redis, platform, toRedis, toPlatform, planned, campaign, env } = parts;
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
    const url = () => `http://127.0.0.1:${env['API_PORT']}`;
    this.intake = campaign ? new CampaignIntake(planned, url) : new BatchIntake(planned, url);
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
    const redis = await (needs.openRedis?.(tools) ??
      oneServer(tools, { server: settings.redis, args: needs.redis ?? EVERYSEC }));
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
      toRedis: proxied ? await startTcpProxy(redis.server.port) : undefined,
      toPlatform: proxied ? await startTcpProxy(Number(new URL(platform.url).port)) : undefined,
      campaign: needs.campaign,
      planned: await plan(
        platform,
        settings.notifications,
        random,
        needs.campaign ? campaignRowId : (place) => `chaos-${place}`,
      ),
    });
    try {
      const { main } = needs;
      const hired = Array.from({ length: settings.workers }, () => scene.fleet.hire({ main }));
      await Promise.all([scene.startApi(main), ...hired]);
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

  /** Redis may lose what is accepted from then on (epoch ms), and no promise says otherwise. */
  mayForget(from: number): void {
    this.forgivenFrom = Math.min(from, this.forgivenFrom ?? from);
  }

  /** Says how far it is. */
  say(line: string): void {
    process.stderr.write(`  ${line}\n`);
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

  /** @param main the entry of another version of the product */
  async startApi(main = MAIN): Promise<void> {
    let ready: () => void = () => undefined;
    const isReady = new Promise<void>((resolve) => {
      ready = resolve;
    });
    this.#api = new Child({
      name: 'the api',
      args: [main, 'api'],
      env: this.env,
      onLine: (line) => {
        if (line.includes('"msg":"ready"')) ready();
      },
    });
    await this.#api.alive(isReady);
  }

  async killApi(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    this.#api?.kill(signal);
    await this.#api?.gone;
  }

  /** A command of the product, as an operator would give it. */
  async command(args: readonly string[]): Promise<string> {
    const child = new Child({ name: `notifier ${args[0]}`, args: [MAIN, ...args], env: this.env });
    await child.gone;
    return child.lastLines;
  }

  async close(): Promise<void> {
    this.intake.stop();
    await Promise.all([this.fleet.stop(), this.#api?.stop()]);
    await this.producer.close();
    await Promise.all([this.toRedis?.close(), this.toPlatform?.close()]);
    await this.platform.stop();
    await this.redis.remove();
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
