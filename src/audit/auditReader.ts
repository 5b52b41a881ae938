import { z } from 'zod';
import type { Keyring } from '../notification/keyring.js';
import { ROLES } from '../people/role.js';
import { auditKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import {
  type Begun,
  type Ended,
  isEnded,
  type ReadEntry,
  readEntry,
  WAYS_IN,
} from './auditEntry.js';
import { addressHash } from './auditLog.js';

/** An act as people and programs see it: what `view` makes, and what is documented of it. */
export const auditViewSchema = z.object({
  n: z.number().meta({ description: 'Its number in the audit; numbers have no gaps.' }),
  at: z.string().meta({ description: 'When it was about to be done.' }),
  who: z.string().optional().meta({
    description:
      'The name of the key, of the person, or of the user of the operating system; absent where neither a key nor a login is asked for.',
  }),
  role: z.enum(ROLES).optional(),
  from: z.enum(WAYS_IN).meta({ description: 'By which way.' }),
  address: z.string().optional().meta({ description: 'A keyed hash of the network address.' }),
  what: z.string(),
  on: z.string().optional().meta({ description: 'The id of the notification, campaign or job.' }),
  detail: z.string().optional(),
  outcome: z.enum(['done', 'refused', 'failed']).optional().meta({
    description:
      'Absent while it is under way, and where the process ended before it could be written. failed: it may have been done.',
  }),
  outcomeDetail: z.string().optional(),
  endedAt: z.string().optional(),
});

export type AuditView = z.output<typeof auditViewSchema>;

export interface AuditQuery {
  limit: number;
  who?: string;
  what?: string;
  on?: string;
  from?: string;
  /** A network address, as it is. */
  address?: string;
  /** Epoch ms, both included. */
  since?: number;
  until?: number;
  /** Goes on from an earlier page. */
  before?: string;
}

export interface AuditPage {
  entries: AuditView[];
  /** There may be more from here on. Also set where a filter found little in what one page reads. */
  next?: string;
}

/** Read at a time, and for one page. */
const STEP = 500;
const READ_AT_MOST = 4_000;
/** So many entries after an act are looked through for what came of it. */
const OUTCOME_WITHIN = 1_000;

export const CURSOR = /^\d{1,15}-\d{1,10}$/;

/** Reads the audit, the newest acts first. */
export class AuditReader {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #keyring: Keyring;

  constructor(redis: RedisClient, prefix: string, keyring: Keyring) {
    this.#redis = redis;
    this.#key = auditKeys(prefix).entries;
    this.#keyring = keyring;
  }

  async page(query: AuditQuery): Promise<AuditPage> {
    const { limit, before, until, since } = query;
    const fits = this.#filterOf(query);
    const found: { id: string; entry: Begun }[] = [];
    const outcomes = new Map<number, Ended>();
    const oldest = since === undefined ? '-' : String(since);
    let from = before === undefined ? (until === undefined ? '+' : String(until)) : `(${before}`;
    let isEnd = false;
    for (let read = 0; read < READ_AT_MOST && found.length < limit && !isEnd; ) {
      const step = await this.#redis.xrevrange(this.#key, from, oldest, 'COUNT', STEP);
      isEnd = step.length < STEP;
      read += step.length;
      for (const [id, fields] of step) {
        from = `(${id}`;
        const { entry } = readEntry(id, fields);
        if (entry === undefined) continue;
        if (isEnded(entry)) outcomes.set(entry.of, entry);
        else if (fits(entry)) found.push({ id, entry });
        if (found.length < limit) continue;
        isEnd = false;
        break;
      }
    }
    await this.#addOutcomes(found, outcomes);
    const entries = found.map(({ entry }) => view(entry, outcomes.get(entry.n)));
    return { entries, next: isEnd ? undefined : from.slice(1) };
  }

  /** Every entry from the first to the last, as it stands. */
  async *all(): AsyncGenerator<ReadEntry> {
    let from = '-';
    for (;;) {
      const step = await this.#redis.xrange(this.#key, from, '+', 'COUNT', STEP);
      for (const [id, fields] of step) yield readEntry(id, fields);
      const last = step.at(-1);
      if (last === undefined || step.length < STEP) return;
      from = `(${last[0]}`;
    }
  }

  /** What came of an act stands after it, so for those at the top of a page on an earlier one. */
  async #addOutcomes(
    found: readonly { id: string; entry: Begun }[],
    outcomes: Map<number, Ended>,
  ): Promise<void> {
    const open = found.filter(({ entry }) => !outcomes.has(entry.n));
    const [first] = open;
    if (first === undefined) return;
    const after = await this.#redis.xrange(this.#key, `(${first.id}`, '+', 'COUNT', OUTCOME_WITHIN);
    for (const [id, fields] of after) {
      const { entry } = readEntry(id, fields);
      if (entry !== undefined && isEnded(entry)) outcomes.set(entry.of, entry);
    }
  }

  #filterOf({ who, what, on, from, address }: AuditQuery): (entry: Begun) => boolean {
    const hash = address === undefined ? undefined : addressHash(this.#keyring, address);
    return (entry) =>
      (who === undefined || entry.who === who) &&
      (what === undefined || entry.what === what || entry.what.startsWith(`${what}.`)) &&
      (on === undefined || entry.on === on) &&
      (from === undefined || entry.from === from) &&
      (hash === undefined || entry.address === hash);
  }
}

function view(entry: Begun, ended: Ended | undefined): AuditView {
  const { n, at, who, role, from, address, what, on, detail } = entry;
  return {
    n,
    at: new Date(at).toISOString(),
    who,
    role,
    from,
    address,
    what,
    on,
    detail,
    outcome: ended?.outcome,
    outcomeDetail: ended?.detail,
    endedAt: ended && new Date(ended.at).toISOString(),
  };
}
