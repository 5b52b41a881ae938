import { createHmac } from 'node:crypto';
import type { Keyring } from '../notification/keyring.js';
import { redisClock } from '../redis/clock.js';
import { auditKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import { type Caller, LIBRARY } from './auditCaller.js';
import {
  type Act,
  type AuditHead,
  type Draft,
  type Outcome,
  readHead,
  type StoredEntry,
  writeHead,
} from './auditEntry.js';

/** The most entries that are kept, about 120 MB of Redis; beyond them the oldest go early. */
export const ENTRIES_MAX = 500_000;
/** Entries written by one script; more wait for the next. */
const TOGETHER = 100;
const LONGEST_DETAIL = 300;
const CODE_BYTES = 16;
const ADDRESS_BYTES = 9;
const CHAIN = 'audit chain';

/** The code over an entry; undefined where the secret has no key of this id any more. */
export function codeOf(keyring: Keyring, keyId: string, json: string): string | undefined {
  const key = keyring.deriveBy(keyId, CHAIN, '');
  if (key === undefined) return undefined;
  const digest = createHmac('sha256', key).update(json).digest();
  return digest.subarray(0, CODE_BYTES).toString('base64url');
}

/** The keyed hash of a network address: the same for the same address, and no way back. */
export function addressHash(keyring: Keyring, address: string): string {
  const digest = keyring.derive('audit address', address);
  return digest.subarray(0, ADDRESS_BYTES).toString('base64url');
}

interface AppendCommand {
  notifierAudit(
    entries: string,
    head: string,
    ...args: (string | number)[]
  ): Promise<string | null>;
}

export interface AuditLogOptions {
  redis: RedisClient;
  prefix: string;
  keyring: Keyring;
  /** How long entries are kept (ms). */
  retentionMs: number;
  /** Called with each entry that this process has written, and the code over it. */
  observe?: (entry: StoredEntry, code: string) => void;
}

interface Waiting {
  draft: Draft;
  resolve: (n: number) => void;
  reject: (error: unknown) => void;
}

/**
 * Who did what. An act has two entries: one before the change, without which the change is not made, and
 * one after it, which says what came of it. An entry is only ever appended; no code of the product changes
 * one or takes one away, but for its age and the number of all.
 *
 * | the process dies | the audit says |
 * |---|---|
 * | before the first entry | nothing, and nothing was done |
 * | between the entry and the change, or before the second entry | what was about to be done; no outcome |
 *
 * **The chain.** Each entry has a number, and holds the code over the entry before it. The code is keyed with
 * the deployment's secret. So an entry that is changed, taken out or put in is found by who has the secret
 * (`notifier audit --verify`), also after a change by hand in Redis. Only the newest entries can be cut
 * without a trace in Redis; the log of each api has number and code of every entry, to compare with.
 *
 * To be chained, an entry needs the one before. A process appends what waits together, after the newest entry
 * that it knows of; where another process was faster, the script refuses, and says which one that is.
 */
export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #waiting: Waiting[] = [];
  /** The newest entry, as Redis has it; empty before the first one. */
  #head = '';
  #flushing = false;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    const lua = readScript('appendAudit', import.meta.url);
    options.redis.defineCommand('notifierAudit', { numberOfKeys: 2, lua });
  }

  /**
   * Does what is audited, between its two entries. Where the first one cannot be written nothing is done.
   *
   * @throws what Redis' connection throws, and what `work` throws
   */
  async act<T>(
    by: Caller | undefined,
    act: Act,
    work: () => Promise<T>,
    outcomeOf: (result: T) => Outcome,
  ): Promise<T> {
    return this.follow(await this.begin(by, act), work, outcomeOf);
  }

  /** Does what the entry of this number says, and writes what came of it. */
  async follow<T>(
    n: number,
    work: () => Promise<T>,
    outcomeOf: (result: T) => Outcome,
  ): Promise<T> {
    try {
      const result = await work();
      await this.#end(n, outcomeOf(result));
      return result;
    } catch (error) {
      await this.#end(n, { outcome: 'failed', detail: nameOf(error) });
      throw error;
    }
  }

  /** Writes that something is about to be done; its number is for `follow`. */
  begin(by: Caller | undefined, { what, on, detail }: Act): Promise<number> {
    const { name: who, role, from, address } = by ?? LIBRARY;
    const { keyring } = this.#options;
    const hashed = address === undefined ? undefined : addressHash(keyring, address);
    return this.#append({ who, role, from, address: hashed, what, on, detail: shortened(detail) });
  }

  /** Writes what came of it. The change is made: an entry that cannot be written undoes nothing. */
  async #end(of: number, { outcome, detail }: Outcome): Promise<void> {
    await this.#append({ of, outcome, detail: shortened(detail) }).catch(() => undefined);
  }

  #append(draft: Draft): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ draft, resolve, reject });
      if (!this.#flushing) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    while (this.#waiting.length > 0) {
      const together = this.#waiting.splice(0, TOGETHER);
      try {
        const numbers = await this.#write(together.map(({ draft }) => draft));
        together.forEach(({ resolve }, at) => {
          resolve(numbers[at] ?? 0);
        });
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    this.#flushing = false;
  }

  async #write(drafts: readonly Draft[]): Promise<number[]> {
    const { redis, prefix, retentionMs, observe } = this.#options;
    const { entries, head } = auditKeys(prefix);
    const clock = redisClock(redis, prefix);
    const commands = redis as unknown as AppendCommand;
    for (;;) {
      const now = await clock.current();
      const before = this.#head;
      const written = this.#chained(drafts, now);
      const last = written.at(-1);
      if (last === undefined) return [];
      const newest = { n: last.entry.n, at: now, code: last.code };
      const pairs = written.flatMap(({ json, code }) => [json, code]);
      const args = [before, writeHead(newest)];
      const other = await commands.notifierAudit(
        ...([
          entries,
          head,
          ...args,
          Math.max(0, now - retentionMs),
          ENTRIES_MAX,
          ...pairs,
        ] as const),
      );
      if (other === null) {
        this.#head = writeHead(newest);
        for (const { entry, code } of written) observe?.(entry, code);
        return written.map(({ entry }) => entry.n);
      }
      this.#head = other;
    }
  }

  #chained(
    drafts: readonly Draft[],
    at: number,
  ): { entry: StoredEntry; json: string; code: string }[] {
    const { keyring } = this.#options;
    const k = keyring.keyId;
    let before: AuditHead | undefined = readHead(this.#head);
    return drafts.map((draft) => {
      const place = { n: (before?.n ?? 0) + 1, at, p: before?.code, pAt: before?.at, k };
      const entry: StoredEntry = { ...place, ...draft };
      const json = JSON.stringify(entry);
      const code = codeOf(keyring, k, json) ?? '';
      before = { n: entry.n, at, code };
      return { entry, json, code };
    });
  }
}

function shortened(detail: string | undefined): string | undefined {
  return detail?.slice(0, LONGEST_DETAIL);
}

/** An error's message may quote what it stumbled over. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}
