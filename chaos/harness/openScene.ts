import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { Settings } from '#sandbox/settings.js';
import { campaignRowId } from './campaignIntake.js';
import type { ChaosSettings } from './fault.js';
import { Platform } from './platform.js';
import { seeded, seedOf } from './random.js';
import { plan } from './recipients.js';
import { EVERYSEC, oneServer, type RedisInPlay, type RedisTools } from './redisServer.js';
import { Scene } from './scene.js';
import { startTcpProxy } from './tcpProxy.js';

const LASTS_S = 10;

/** A platform that lags, as the real one does, but not by minutes; the looks of an `unknown` follow at its pace. */
const PLATFORM: Partial<Settings> = { requestsPerMinute: 0, latencyMs: 20, indexingLagMs: 500 };

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
  /** How long the handing over takes at least (s), where the usual is not enough. */
  lastsS?: number;
  /** The entry of the version of the product that the scene begins with. */
  main?: string;
  /** Workers reach Redis and the platform through a proxy. */
  proxies?: boolean;
}

/** A scene, and how to end it with all that belongs to it. */
export interface OpenScene {
  scene: Scene;
  close(): Promise<void>;
}

/** Starts Redis, sandbox, api and workers. Nothing of it is left when that fails. */
export async function openScene(
  name: string,
  settings: ChaosSettings,
  tools: RedisTools,
  needs: SceneNeeds,
): Promise<OpenScene> {
  const endings: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  const ended = <T>(it: T, end: (it: T) => Promise<void>): T => {
    endings.push(() => end(it));
    return it;
  };
  const proxyTo = async (port: number) =>
    needs.proxies ? ended(await startTcpProxy(port), (proxy) => proxy.close()) : undefined;
  try {
    const redis = ended(await openRedis(settings, tools, needs), (it) => it.remove());
    const platform = await Platform.start({ ...PLATFORM, ...needs.sandbox });
    endings.push(() => platform.stop());
    const random = seeded(seedOf(settings.seed, 'recipients'));
    const idAt = needs.campaign ? campaignRowId : (place: number) => `chaos-${place}`;
    const scene = new Scene({
      settings,
      name,
      redis,
      platform,
      toRedis: await proxyTo(redis.server.port),
      toPlatform: await proxyTo(Number(new URL(platform.url).port)),
      planned: await plan(platform, settings.notifications, random, idAt),
      campaign: needs.campaign,
      lastsS: needs.lastsS ?? LASTS_S,
      env: { ...(await environment(settings, redis, platform)), ...needs.env },
    });
    endings.push(() => scene.close());
    const { main } = needs;
    const hired = Array.from({ length: settings.workers }, () => scene.fleet.hire({ main }));
    await Promise.all([scene.startApi(main), ...hired]);
    return { scene, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function openRedis(
  settings: ChaosSettings,
  tools: RedisTools,
  needs: SceneNeeds,
): Promise<RedisInPlay> {
  if (needs.openRedis !== undefined) return needs.openRedis(tools);
  return oneServer(tools, { server: settings.redis, args: needs.redis ?? EVERYSEC });
}

async function environment(
  settings: ChaosSettings,
  redis: RedisInPlay,
  platform: Platform,
): Promise<Record<string, string>> {
  return {
    REDIS_URL: redis.url,
    QUEUE_PREFIX: `{chaos-${randomBytes(3).toString('hex')}}`,
    NOTIFIER_SECRET: 'k1:not-a-secret-but-long-enough',
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
    UNKNOWN_POLICY: settings.unknownPolicy,
    // Longer at the end than the platform's statistics lag behind.
    RECONCILE_AFTER: '1s,3s,8s',
    LOG_LEVEL: 'info',
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
