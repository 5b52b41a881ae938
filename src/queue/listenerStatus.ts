import { ledgerKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { isTime, parseRecord } from '../redis/storedRecord.js';

/** What the listener for undelivered messages says of itself. Times are epoch ms by Redis. */
export interface ListenerStatus {
  /** `idle`: nothing was accepted since it started, so there is nothing to hear of. */
  state: 'connected' | 'disconnected' | 'idle' | 'refused';
  /** Since when it has been in this state. */
  since: number;
  /** When it last heard anything: a heartbeat or an event. Absent before the first time. */
  heardAt?: number;
  lastEventAt?: number;
  /** Why it is not connected. */
  detail?: string;
}

const STATES: ReadonlySet<unknown> = new Set<ListenerStatus['state']>([
  'connected',
  'disconnected',
  'idle',
  'refused',
]);

/** Longer than the platform keeps a channel: a deployment that does not listen any more has no status. */
const KEPT_FOR_MS = 48 * 60 * 60 * 1000;
/**
 * A listener that lives notes a heartbeat every 30 s, or after 70 s of silence that its socket is dead.
 * One that was killed notes nothing, and its last word would say "connected" for two days.
 */
const NOTED_WITHIN_MS = 90_000;

/** The one listener's word, for every process to read; kept past its end, to know how long a gap is. */
export class ListenerStatusStore {
  readonly #redis: RedisClient;
  readonly #key: string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#key = ledgerKeys(prefix).listenerStatus;
  }

  async write(status: ListenerStatus): Promise<void> {
    await this.#redis.set(this.#key, JSON.stringify(status), 'PX', KEPT_FOR_MS);
  }

  async read(): Promise<ListenerStatus | undefined> {
    const [json, leftMs] = await Promise.all([
      this.#redis.get(this.#key),
      this.#redis.pttl(this.#key),
    ]);
    if (json === null) return undefined;
    const { state, since, heardAt, lastEventAt, detail } = parseRecord(json);
    if (!STATES.has(state) || !isTime(since)) return undefined;
    const status: ListenerStatus = {
      state: state as ListenerStatus['state'],
      since,
      heardAt: isTime(heardAt) ? heardAt : undefined,
      lastEventAt: isTime(lastEventAt) ? lastEventAt : undefined,
      detail: typeof detail === 'string' ? detail : undefined,
    };
    const isSilent = KEPT_FOR_MS - leftMs > NOTED_WITHIN_MS;
    return status.state === 'connected' && isSilent ? gone(status) : status;
  }
}

function gone(status: ListenerStatus): ListenerStatus {
  const since = status.heardAt ?? status.since;
  return { ...status, state: 'disconnected', since, detail: 'the process that listened is gone' };
}
