import { LIBRARY } from '../audit/auditCaller.js';
import { AuditLog, type AuditLogOptions } from '../audit/auditLog.js';
import { Keyring } from '../notification/keyring.js';
import { Ledger, type LedgerObserver } from '../notification/ledger.js';
import type { NotificationView } from '../notification/notificationView.js';
import { COUNTRY_EXPECTED, countryOfCode } from '../notification/phoneNumber.js';
import type { FieldProblem, NotificationRequest } from '../notification/request.js';
import { SearchIndex } from '../notification/searchIndex.js';
import type { State } from '../notification/state.js';
import { ledgerKeys } from '../redis/keys.js';
import {
  connectForProducing,
  disconnect,
  isLoopbackUrl,
  isRedisUrl,
  type RedisClient,
} from '../redis/redisClient.js';
import type { RedisFault } from '../redis/redisFault.js';
import { checkRedisServer, type ServerCheck } from '../redis/serverInfo.js';
import { TemplateCatalogue } from '../templates/catalogue.js';
import { Acceptor, type AcceptResult } from './acceptor.js';
import { AuditTrail } from './auditTrail.js';
import { Backlog } from './backlog.js';
import { type EventIterator, type EventOptions, EventReader } from './eventReader.js';
import { closeQueues, openQueues, type Queues } from './jobs.js';
import { NotificationSearch } from './notificationSearch.js';
import { Notifications } from './notifications.js';
import {
  BacklogFullError,
  IdConflictError,
  InvalidRequestError,
  RedisFullError,
  RedisUnavailableError,
  UnexpectedFailureError,
} from './notifierErrors.js';
import { Operations } from './operations.js';
import { Gate } from './rateLimitGate.js';
import { SendingPause } from './sendingPause.js';

const CHUNK = 500;
const IN_FLIGHT = 2;

/**
 * Cuts an input of any length into chunks and keeps two of them in flight. While Redis works on one,
 * the next is prepared. The input is read only as fast as results are taken, so memory does not grow
 * with it.
 */
async function* sendInChunks<In, Out>(
  input: Iterable<In> | AsyncIterable<In>,
  send: (chunk: In[], start: number) => Promise<Out[]>,
): AsyncGenerator<Out> {
  const underway: Promise<Out[]>[] = [];
  let chunk: In[] = [];
  let start = 0;
  const launch = () => {
    const sending = send(chunk, start);
    // Awaited in order below; until then a rejection must not count as unhandled.
    sending.catch(() => undefined);
    underway.push(sending);
    start += chunk.length;
    chunk = [];
  };
  let broken: { error: unknown } | undefined;
  try {
    for await (const item of input) {
      chunk.push(item);
      if (chunk.length < CHUNK) continue;
      launch();
      if (underway.length >= IN_FLIGHT) yield* (await underway.shift()) ?? [];
    }
  } catch (error) {
    // The ids of what was handed over must reach the caller first, or a second run sends it twice.
    broken = { error };
  }
  if (chunk.length > 0) launch();
  for (const sending of underway) {
    try {
      yield* await sending;
    } catch (error) {
      broken ??= { error };
    }
  }
  if (broken !== undefined) throw broken.error;
}

export interface ProducerOptions {
  /** `redis://…`, several for a cluster, or `redis+sentinel://…`. */
  redisUrl: string;
  /** The deployment's `QUEUE_PREFIX`. @defaultValue `{notifier}` */
  prefix?: string;
  /**
   * The deployment's `NOTIFIER_SECRET`: its first key encrypts the requests. May be left out only where
   * Redis is on this machine.
   */
  secret?: string;
  /** Jobs waiting at most, above which nothing is accepted. @defaultValue 100 000 */
  backlogMax?: number;
  /** How long an ended notification can be read (ms). @defaultValue 30 days */
  ledgerRetentionMs?: number;
  /** How long an ended notification can be retried (ms). @defaultValue 7 days */
  requestRetentionMs?: number;
  /** How long a notification is found by its recipient and in searches (ms); 0 never. @defaultValue 7 days */
  searchRetentionMs?: number;
  /**
   * The deployment's `DEFAULT_COUNTRY`, such as `GB`: where phone numbers without + and country code
   * are dialled. Left out, such numbers are refused unless the request says its country.
   */
  defaultCountry?: string;
  /** How long the audit keeps who did what (ms). @defaultValue 400 days */
  auditRetentionMs?: number;
  /** How many events the feed may hold. @defaultValue the workers see to that */
  eventsMax?: number;
  /** Called with each entry of the audit that was written through this producer. */
  observeAudit?: AuditLogOptions['observe'];
  /** Called with each change to a notification that was written through this producer. */
  observe?: LedgerObserver;
}

export interface Sent {
  id: string;
  state: State;
  /** False when the same request had been accepted before. */
  isNew: boolean;
}

/** One item's result in `sendMany`, at the position it had in the input. */
export type SendResult =
  | ({ index: number; status: 'accepted' | 'existing' } & Sent)
  | { index: number; status: 'invalid'; id?: string; problems: FieldProblem[] }
  | { index: number; status: 'conflict'; id: string; state: State }
  | { index: number; status: 'backlog_full' | 'redis_full'; id: string; retryAfterMs: number }
  | { index: number; status: 'unavailable'; id: string; fault: RedisFault }
  | { index: number; status: 'error'; id: string; error: unknown };

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Hands notifications over, from any service that can reach Redis.
 *
 * A resolved `send` means that Redis holds the notification and its job. When Redis is away, calls
 * reject within 3 seconds and work again by themselves once it is back.
 */
export class NotificationProducer {
  readonly acceptor: Acceptor;
  readonly notifications: Notifications;
  readonly search: NotificationSearch;
  readonly catalogue: TemplateCatalogue;
  readonly operations: Operations;
  /** What lies underneath, for the process that owns this producer. */
  readonly store: {
    redis: RedisClient;
    prefix: string;
    ledger: Ledger;
    queues: Queues;
    backlog: Backlog;
  };
  /** Takes down who does what. */
  readonly audit: AuditLog;
  readonly auditTrail: AuditTrail;
  readonly eventReader: EventReader;
  readonly #redis: RedisClient;
  readonly #queues: Queues;

  constructor(options: ProducerOptions) {
    const { redisUrl, prefix = '{notifier}', backlogMax = 100_000 } = options;
    if (typeof redisUrl !== 'string' || !isRedisUrl(redisUrl)) {
      throw new TypeError('redisUrl: expected redis://host:6379, several, or redis+sentinel://…');
    }
    const { defaultCountry } = options;
    const country = defaultCountry === undefined ? undefined : countryOfCode(defaultCountry);
    if (defaultCountry !== undefined && country === undefined) {
      throw new TypeError(`defaultCountry: expected ${COUNTRY_EXPECTED}`);
    }
    const keyring = openKeyring(options);
    this.#redis = connectForProducing(redisUrl);
    // Without a listener, a lost connection would end the caller's process; calls report it anyway.
    this.#redis.on('error', () => undefined);
    this.#queues = openQueues(this.#redis, prefix, () => undefined);
    const retention = {
      ledgerMs: options.ledgerRetentionMs ?? 30 * DAY_MS,
      requestMs: options.requestRetentionMs ?? 7 * DAY_MS,
      eventsMax: options.eventsMax,
    };
    const search = new SearchIndex(
      ledgerKeys(prefix),
      keyring,
      options.searchRetentionMs ?? 7 * DAY_MS,
    );
    const ledger = new Ledger(this.#redis, prefix, keyring, retention, options.observe, search);
    const backlog = new Backlog(this.#redis, this.#queues, backlogMax);
    this.store = { redis: this.#redis, prefix, ledger, queues: this.#queues, backlog };
    const retentionMs = options.auditRetentionMs ?? 400 * DAY_MS;
    const auditParts = { redis: this.#redis, prefix, keyring, retentionMs };
    this.audit = new AuditLog({ ...auditParts, observe: options.observeAudit });
    this.auditTrail = new AuditTrail(auditParts);
    this.notifications = new Notifications(this.#redis, ledger, this.#queues, this.audit);
    this.search = new NotificationSearch(this.#redis, ledger, search);
    this.eventReader = new EventReader(this.#redis, ledger);
    this.catalogue = new TemplateCatalogue(this.#redis, prefix);
    this.operations = new Operations({
      redis: this.#redis,
      prefix,
      ledger,
      queues: this.#queues,
      gate: new Gate(this.#redis, prefix),
      sendingPause: new SendingPause(this.#redis, prefix, this.#queues),
      audit: this.audit,
    });
    this.acceptor = new Acceptor({
      redis: this.#redis,
      ledger,
      queues: this.#queues,
      catalogue: this.catalogue,
      backlog,
      keyring,
      country,
    });
  }

  /**
   * Hands over one notification.
   *
   * @throws InvalidRequestError with every wrong field; IdConflictError when the id is in use for
   * another request; BacklogFullError and RedisFullError with a time to wait; RedisUnavailableError
   * and UnexpectedFailureError with the id to retry with.
   */
  async send(request: NotificationRequest): Promise<Sent> {
    const [result] = await this.acceptor.acceptAll([request]);
    if (result === undefined) throw new Error('no result for one request');
    return sentOrThrow(result);
  }

  /**
   * Hands over any number: reads 500 at a time, two chunks in flight, so memory stays bounded however
   * long the input is. Yields one result an item, in order; a bad item never rejects its neighbours.
   */
  sendMany(
    requests: Iterable<NotificationRequest> | AsyncIterable<NotificationRequest>,
  ): AsyncGenerator<SendResult> {
    return sendInChunks(requests, async (chunk, start) => {
      const results = await this.acceptor.acceptAll(chunk);
      return results.map((result, at) => toSendResult(result, start + at));
    });
  }

  /** The notification as it stands, or undefined when there is none (any more). */
  get(id: string): Promise<NotificationView | undefined> {
    return this.notifications.get(id);
  }

  /**
   * Every change of a notification and of a campaign as it happens, each at least once, those of one notification
   * in their order. It waits while Redis is away, and goes on where it was.
   *
   * Each event names itself by `id`; given as `after`, a later process goes on behind it.
   *
   * @throws EventsGoneError from the iterator, when events after the cursor may be missing
   */
  events(options: EventOptions = {}): EventIterator {
    return this.eventReader.follow(options);
  }

  /** Cancels what has not begun to leave; says in which state it is when it is too late. */
  async cancel(
    id: string,
  ): Promise<{ cancelled: true } | { cancelled: false; state: State } | undefined> {
    const result = await this.notifications.cancel(id, LIBRARY);
    if (result === undefined) return undefined;
    if (result.kind === 'cancelled') return { cancelled: true };
    return { cancelled: false, state: result.state };
  }

  /** The connection underneath, for the health check of the process that owns this producer. */
  async ping(): Promise<void> {
    await this.#redis.ping();
  }

  /** Whether the Redis underneath may hold notifications; for the same process, at its start. */
  checkServer(): Promise<ServerCheck> {
    return checkRedisServer(this.#redis);
  }

  /** Calls back each time the connection underneath has been made, the first time included. */
  onConnect(listener: () => void): void {
    this.#redis.on('ready', listener);
  }

  async close(): Promise<void> {
    // Queues that never saw Redis have nothing to close properly; the connection ends either way.
    await closeQueues(this.#queues).catch(() => undefined);
    disconnect(this.#redis);
  }
}

/** The keys that requests are hashed with. Throws where others could reach Redis and there is no secret. */
function openKeyring(options: Pick<ProducerOptions, 'redisUrl' | 'secret'>): Keyring {
  if (options.secret !== undefined) return Keyring.parse(options.secret);
  if (isLoopbackUrl(options.redisUrl)) return Keyring.forDevelopment();
  throw new TypeError(
    'secret: expected the deployment’s NOTIFIER_SECRET, since Redis is on another machine',
  );
}

function sentOrThrow(result: AcceptResult): Sent {
  switch (result.status) {
    case 'accepted':
    case 'existing':
      return { id: result.id, state: result.record.state, isNew: result.status === 'accepted' };
    case 'invalid':
      throw new InvalidRequestError(result.problems);
    case 'conflict':
      throw new IdConflictError(result.id, result.state);
    case 'backlog_full':
      throw new BacklogFullError(result.retryAfterMs);
    case 'redis_full':
      throw new RedisFullError(result.retryAfterMs);
    case 'unavailable':
      throw new RedisUnavailableError(result.id, { cause: { fault: result.fault } });
    case 'error':
      throw new UnexpectedFailureError(result.id, { cause: result.error });
    default: {
      const never: never = result;
      throw new Error(`unhandled result ${String(never)}`);
    }
  }
}

function toSendResult(result: AcceptResult, index: number): SendResult {
  switch (result.status) {
    case 'accepted':
    case 'existing': {
      const { status, id, record } = result;
      return { index, status, id, state: record.state, isNew: status === 'accepted' };
    }
    default:
      return { index, ...result };
  }
}
