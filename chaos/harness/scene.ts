import { fileURLToPath } from 'node:url';
import { NotificationProducer } from '#product/queue/producer.js';
import { BatchIntake } from './batchIntake.js';
import { CampaignIntake } from './campaignIntake.js';
import { Child } from './child.js';
import type { ChaosSettings } from './fault.js';
import { Fleet, type Worker } from './fleet.js';
import type { Intake } from './intake.js';
import type { Platform } from './platform.js';
import { type Random, seeded, seedOf } from './random.js';
import type { Planned } from './recipients.js';
import type { RedisInPlay } from './redisServer.js';
import type { TcpProxy } from './tcpProxy.js';

const MAIN = fileURLToPath(import.meta.resolve('#product/main.js'));

/** Something that was struck, and from when on its recovery counts. */
export interface Strike {
  /** What was in the hands of what was struck, then. */
  hit: readonly string[];
  /** When it happened (epoch ms). */
  at: number;
  /** When the fault was over (epoch ms); a kill is over at once. */
  over: number;
}

export interface SceneParts {
  settings: ChaosSettings;
  /** Of the fault. */
  name: string;
  redis: RedisInPlay;
  platform: Platform;
  /** Ways of the workers that can go wrong. */
  toRedis?: TcpProxy;
  toPlatform?: TcpProxy;
  planned: readonly Planned[];
  /** The notifications are the rows of a campaign. */
  campaign?: boolean;
  /** How long the handing over takes at least (s). */
  lastsS: number;
  /** Settings of all roles. */
  env: Record<string, string>;
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

  constructor(parts: SceneParts) {
    const { settings, name, redis, platform, toRedis, toPlatform, planned, campaign, lastsS, env } =
      parts;
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
    const url = `http://127.0.0.1:${env['API_PORT']}`;
    this.intake = campaign
      ? new CampaignIntake(planned, url)
      : new BatchIntake(planned, url, { lastsS, delivered: () => platform.delivered });
    this.producer = new NotificationProducer({
      redisUrl: redis.url,
      prefix: env['QUEUE_PREFIX'],
      secret: env['NOTIFIER_SECRET'],
    });
  }

  /** Notes what is struck now; `over` of the result is to be set for what lasts. */
  struck(hit: readonly string[]): Strike {
    const now = Date.now();
    const strike = { hit, at: now, over: now };
    this.strikes.push(strike);
    return strike;
  }

  /** Hires two workers of which each kills itself at a step, and notes what they had in their hands then. */
  async hireFatalPair(diesAt: () => string): Promise<Worker[]> {
    const pair = await Promise.all([1, 2].map(() => this.fleet.hire({ diesAt: diesAt() })));
    for (const { child, inHand } of pair) void child.gone.then(() => this.struck([...inHand]));
    return pair;
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

  /** Ends what was started here; what it was given is ended by whom it came from. */
  async close(): Promise<void> {
    this.intake.stop();
    await Promise.all([this.fleet.stop(), this.#api?.stop()]);
    await this.producer.close();
  }
}
