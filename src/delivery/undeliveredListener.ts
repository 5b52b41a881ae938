import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { CallOptions, CallResult } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { listenOnSocket } from '../genesys/notificationSocket.js';
import {
  type NotificationChannel,
  undeliveredTopic,
} from '../genesys/resources/notificationChannels.js';
import { classifyRead, type LookupError } from '../history/lookupError.js';
import { redactedError } from '../ops/logger.js';
import type { ListenerStatus, ListenerStatusStore } from '../queue/listenerStatus.js';
import type { RedisClock } from '../redis/clock.js';
import type { LedgerKeys } from '../redis/keys.js';
import { Lease } from '../redis/lease.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { DeliveryIndex } from './deliveryIndex.js';

export interface UndeliveredListenerParts {
  redis: RedisClient;
  keys: LedgerKeys;
  clock: RedisClock;
  client: Pick<GenesysClient, 'createNotificationChannel' | 'subscribeToTopic'>;
  index: DeliveryIndex;
  status: ListenerStatusStore;
  deploymentId: string;
  /** `DELIVERY_CHECK_AFTER` (ms). */
  checkAfterMs: number;
  /** How long the socket may be silent before it is asked if it lives (ms). */
  silentAfterMs: number;
  log: Logger;
  /** Called for each event, with how many of its messages are awaited here. */
  onEvent: (known: number) => void;
  /** Takes note of an error if it is one of Redis'; whether it was. */
  noteRedis: (error: unknown) => boolean;
}

const LEASE_MS = 8_000;
const LEASE_KEPT_EVERY_MS = 2_000;
const AGAIN_FIRST_MS = 1_000;
const AGAIN_AT_MOST_MS = 60_000;
/** The topic is not to be had: a person has to give a permission. */
const REFUSED_FOR_MS = 10 * 60 * 1000;
/** Genesys: 24 h. A channel is not used in its last ten minutes. */
const RENEWED_BEFORE_END_MS = 10 * 60 * 1000;
const CHANNEL_LASTS_MS = 24 * 60 * 60 * 1000;
const SAID_AGAIN_AFTER_MS = 10 * 60 * 1000;
/** What is heard is noted no more often than this. */
const NOTED_EVERY_MS = 5_000;
const IDLE_LOOKS_EVERY_MS = 1_000;
/** A status expires after some days. */
const IDLE_NOTED_EVERY_MS = 60 * 60 * 1000;

/** How listening ended, and whether it was meant to: at a stop, a lost lease, a channel's last hour. */
type ListenEnd = 'planned' | 'failed' | 'refused';

/**
 * Hears from the platform which web messages did not arrive, one listener for the whole deployment. An
 * event only brings a look forward: it puts the message on the list of suspects, which the poller asks
 * about. So nothing depends on it.
 *
 * It begins once a notification is accepted: until then there is nothing to hear of, and HTTP client, SDK
 * and socket would cost an idle process a quarter of its memory, and its start a fifth of a second.
 *
 * The platform keeps nothing while the socket is closed. After each connection those that were sent
 * since it was last heard are asked about at once, together.
 *
 * The process with the lease listens. When it dies or freezes, another takes the lease, makes a channel
 * of its own, and looks into the gap from what the status in Redis says was heard last. One that was
 * frozen finds that it has lost the lease and closes its socket; what it hears until then is on the
 * list twice, and found out once.
 */
export class UndeliveredListener {
  readonly #parts: UndeliveredListenerParts;
  readonly #lease: Lease;
  readonly #topic: string;
  readonly #stopping = new AbortController();
  #said: { detail: string; at: number } | undefined;
  #running: Promise<void> = Promise.resolve();
  #channel: { channel: NotificationChannel; until: number } | undefined;
  #status: ListenerStatus | undefined;
  #notedAt = 0;
  #wasNeeded = false;

  constructor(parts: UndeliveredListenerParts) {
    this.#parts = parts;
    this.#lease = new Lease(parts.redis, parts.keys.undeliveredListener, LEASE_MS);
    this.#topic = undeliveredTopic(parts.deploymentId);
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#lease.giveUp().catch(() => undefined);
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      try {
        if (!(await this.#lease.take())) {
          await this.#wait(LEASE_KEPT_EVERY_MS);
          continue;
        }
        if (!(await this.#isNeeded())) {
          await this.#noteIdle();
          await this.#wait(IDLE_LOOKS_EVERY_MS);
          continue;
        }
        const startedAt = performance.now();
        const end = await this.#withLease((signal) => this.#listen(signal));
        if (performance.now() - startedAt > AGAIN_AT_MOST_MS) failures = 0;
        if (end === 'failed') failures += 1;
        if (end === 'refused') await this.#waitWithLease(REFUSED_FOR_MS);
        if (end === 'failed') await this.#waitWithLease(backoff(failures));
      } catch (error) {
        const { noteRedis, log } = this.#parts;
        if (!noteRedis(error))
          log.error({ error: redactedError(error) }, 'delivery listener failed');
        await this.#wait(AGAIN_FIRST_MS);
      }
    }
  }

  /** Whether a notification is on its way, or was since this process started. */
  async #isNeeded(): Promise<boolean> {
    this.#wasNeeded ||= (await this.#parts.redis.zcard(this.#parts.keys.due)) > 0;
    return this.#wasNeeded;
  }

  /** Keeps what the status says of an earlier process: from when on it heard nothing. */
  async #noteIdle(): Promise<void> {
    const isNoted = this.#status?.state === 'idle';
    if (isNoted && this.#parts.clock.now() - this.#notedAt < IDLE_NOTED_EVERY_MS) return;
    this.#status ??= await this.#parts.status.read();
    await this.#note({ state: 'idle', detail: 'it listens once a notification is accepted' });
  }

  /** Works for as long as the lease is held; the signal says that it is not any more. */
  async #withLease<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const lost = new AbortController();
    const over = new AbortController();
    const keeping = this.#keepLease(lost, over.signal);
    try {
      return await work(AbortSignal.any([lost.signal, this.#stopping.signal]));
    } finally {
      over.abort();
      await keeping;
    }
  }

  async #keepLease(lost: AbortController, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await delay(LEASE_KEPT_EVERY_MS, undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      const held = await this.#lease.take().catch(() => true);
      if (!held) lost.abort();
    }
  }

  async #listen(signal: AbortSignal): Promise<ListenEnd> {
    const { clock, status, index, checkAfterMs, silentAfterMs } = this.#parts;
    const before = await status.read();
    this.#status = before;
    const channel = await this.#readyChannel(signal);
    if (!channel.ok) return this.#notConnected(channel.error);
    const renewal = AbortSignal.timeout(Math.max(0, channel.until - clock.now()));
    const end = await listenOnSocket(
      channel.uri,
      {
        onOpen: () => {
          this.#connected();
          // Before the first connection of all, nothing was heard of what is awaited now.
          const missedFrom = before?.heardAt ?? clock.now() - checkAfterMs;
          this.#quietly(index.askAtOnce(missedFrom, { now: clock.now(), checkAfterMs }));
        },
        onHeard: () => this.#heard(),
        onUndelivered: (messageIds) => this.#quietly(this.#undelivered(messageIds)),
      },
      { topic: this.#topic, signal: AbortSignal.any([signal, renewal]), silentAfterMs },
    );
    // A socket that was refused, or died without a word, may have lost its channel.
    if (end !== 'closed') this.#channel = undefined;
    if (end === 'aborted') {
      // Where the lease is lost, the status is that of another process.
      if (this.#stopping.signal.aborted) await this.#disconnected('stopped');
      return 'planned';
    }
    await this.#disconnected(`socket ${end}`);
    this.#logFailed(`socket ${end}`);
    return 'failed';
  }

  async #readyChannel(
    signal: AbortSignal,
  ): Promise<{ ok: true; uri: string; until: number } | { ok: false; error: LookupError }> {
    const { client, clock } = this.#parts;
    const now = await clock.current();
    if (this.#channel === undefined || this.#channel.until <= now) {
      const options: CallOptions = { lane: 'campaign', signal };
      const created = await client.createNotificationChannel(options);
      if (!created.ok) return failed(created);
      const { id, expires } = created.data;
      const subscribed = await client.subscribeToTopic(id, this.#topic, options);
      if (!subscribed.ok) return failed(subscribed);
      const endsAt = Date.parse(expires ?? '');
      const lastsMs = Number.isNaN(endsAt) ? CHANNEL_LASTS_MS : endsAt - now;
      const until = now + Math.max(lastsMs - RENEWED_BEFORE_END_MS, lastsMs / 2);
      this.#channel = { channel: created.data, until };
    }
    const { channel, until } = this.#channel;
    return { ok: true, uri: channel.connectUri, until };
  }

  async #notConnected(error: LookupError): Promise<ListenEnd> {
    if (error.kind === 'stopping') return 'planned';
    const detail = describe(error);
    this.#logFailed(detail);
    if (error.kind !== 'refused' && error.kind !== 'hold') {
      await this.#disconnected(detail);
      return 'failed';
    }
    await this.#note({ state: 'refused', detail });
    return 'refused';
  }

  async #disconnected(detail: string): Promise<void> {
    await this.#note({ state: 'disconnected', detail });
  }

  #connected(): void {
    const heardAt = this.#parts.clock.now();
    this.#quietly(this.#note({ state: 'connected', heardAt, detail: undefined }));
    this.#parts.log.info('listening for undelivered web messages');
  }

  /** The same again is said every ten minutes: an organisation without the topic is no emergency. */
  #logFailed(detail: string): void {
    const at = performance.now();
    if (this.#said?.detail === detail && at - this.#said.at < SAID_AGAIN_AFTER_MS) return;
    this.#said = { detail, at };
    this.#parts.log.warn(
      { detail },
      'Undelivered web messages are not heard of at once. They are found when many messages are asked about. The connection is tried again; if it is refused, check the permission that is named.',
    );
  }

  #heard(): void {
    const now = this.#parts.clock.now();
    if (now - this.#notedAt >= NOTED_EVERY_MS) this.#quietly(this.#note({ heardAt: now }));
  }

  async #undelivered(messageIds: string[]): Promise<void> {
    const { index, clock, onEvent } = this.#parts;
    const now = clock.now();
    onEvent(await index.hear(messageIds, now));
    await this.#note({ heardAt: now, lastEventAt: now });
  }

  async #note(changes: Partial<ListenerStatus>): Promise<void> {
    const { clock, status } = this.#parts;
    const now = clock.now();
    const before = this.#status ?? { state: 'disconnected', since: now };
    const state = changes.state ?? before.state;
    const since = state === before.state ? before.since : now;
    this.#status = { ...before, ...changes, state, since };
    this.#notedAt = now;
    await status.write(this.#status);
  }

  #quietly(work: Promise<void>): void {
    work.catch((error: unknown) => {
      const { noteRedis, log } = this.#parts;
      if (!noteRedis(error)) log.error({ error: redactedError(error) }, 'delivery listener failed');
    });
  }

  async #waitWithLease(ms: number): Promise<void> {
    await this.#withLease((signal) => delay(ms, undefined, { signal }).catch(() => undefined));
  }

  async #wait(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

function failed(result: Extract<CallResult<unknown>, { ok: false }>) {
  return { ok: false as const, error: classifyRead(result.failure) };
}

/** Half of it random: a thousand workers must not come back at the same moment. */
function backoff(failures: number): number {
  const full = Math.min(AGAIN_AT_MOST_MS, AGAIN_FIRST_MS * 2 ** (failures - 1));
  return full * (1 - Math.random() / 2);
}

function describe(error: LookupError): string {
  if (error.kind === 'hold') return `${error.cause.kind} ${error.cause.detail}`;
  return 'reason' in error ? error.reason : error.kind;
}
