import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { HistoryContext } from '../context/extractContext.js';
import type { PastConversation } from '../history/conversationQuery.js';
import type { Identity } from '../history/identity.js';
import { type Keyring, sealBytes, unsealBytes } from '../notification/keyring.js';
import { type CampaignKeys, campaignKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import {
  type BlockPlace,
  blockOf,
  type PrefetchState,
  prefetchIn,
  prefetchText,
  type StoredPrefetch,
} from './prefetchState.js';

const compress = promisify(deflateRaw);
const decompress = promisify(inflateRaw);

/** What is known of a row ahead of its turn. What is absent is looked up the ordinary way. */
export interface PrefetchedRow {
  identity?: Identity;
  /** All within the look-back, newest first, as many as a lookup would read; none of them is open. */
  conversations?: PastConversation[];
  /** What is known of the history, once nothing has to be read any more. */
  history?: HistoryContext;
  /** What was found so far; no answer yet, or not all of the look-back. */
  candidates?: PastConversation[];
  /** One of their conversations is open: they may write in it at any time. */
  isOpen?: true;
}

export interface PrefetchedBlock {
  /** How the history was searched; another search has another answer. */
  search: string;
  rows: Record<number, PrefetchedRow>;
}

interface PrefetchCommands {
  notifierWritePrefetch(...args: (string | number | Buffer)[]): Promise<number>;
}

/** A campaign that is paused for longer is prefetched anew. */
const STATE_KEPT_MS = 24 * 60 * 60 * 1000;
/** Longer than any block is fresh: while a block is there, so are the marks about it. */
const MARKS_KEPT_MS = 24 * 60 * 60 * 1000;
const DIGEST_BYTES = 12;
/** The random bytes that a sealed value begins with name its content. */
const CONTENT_ID_BYTES = 12;

/**
 * Where prefetched data lies: the record of how far it has come, blocks of rows, and marks of the
 * contacts that wrote since. Blocks are compressed and encrypted, each under a key of its own, and
 * expire once they are not fresh any more. Every key expires.
 */
export class PrefetchStore {
  readonly keys: CampaignKeys;
  readonly #redis: RedisClient;
  readonly #keyring: Keyring;

  constructor(redis: RedisClient, prefix: string, keyring: Keyring) {
    this.keys = campaignKeys(prefix);
    this.#redis = redis;
    this.#keyring = keyring;
    const lua = readScript('writePrefetch', import.meta.url);
    redis.defineCommand('notifierWritePrefetch', { lua });
  }

  /** Campaigns whose prefetch has begun and was not taken away. */
  async campaignIds(): Promise<string[]> {
    return this.#redis.smembers(this.keys.prefetching);
  }

  async read(campaignId: string): Promise<StoredPrefetch | undefined> {
    const text = await this.#redis.get(this.keys.of(campaignId).prefetch);
    return text === null ? undefined : prefetchIn(text);
  }

  /** Whether it was written: no other process has written since `version` was read. */
  async write(
    campaignId: string,
    version: number | undefined,
    state: PrefetchState,
    blocks: { entries: ReadonlyMap<number, PrefetchedBlock>; keepMs: number },
  ): Promise<boolean> {
    const { prefetch, prefetched } = this.keys.of(campaignId);
    const places = [...blocks.entries.keys()];
    const sealed = await Promise.all(
      [...blocks.entries].map(([block, value]) => this.#seal(campaignId, block, value)),
    );
    const keys = [prefetch, this.keys.prefetching, ...places.map(prefetched)];
    const commands = this.#redis as unknown as PrefetchCommands;
    const written = await commands.notifierWritePrefetch(
      keys.length,
      ...keys,
      version ?? '',
      prefetchText({ version: (version ?? 0) + 1, state }),
      campaignId,
      STATE_KEPT_MS,
      Math.ceil(blocks.keepMs),
      ...sealed,
    );
    return written === 1;
  }

  async readBlock(campaignId: string, block: number): Promise<PrefetchedBlock | undefined> {
    const sealed = await this.#redis.getBuffer(this.keys.of(campaignId).prefetched(block));
    return sealed === null ? undefined : this.#open(campaignId, block, sealed);
  }

  /** What names the content of a block, or undefined when there is none. */
  async blockContent(campaignId: string, block: number): Promise<string | undefined> {
    const key = this.keys.of(campaignId).prefetched(block);
    const head = await this.#redis.getrangeBuffer(key, 0, CONTENT_ID_BYTES - 1);
    return head.length === 0 ? undefined : head.toString('base64');
  }

  /** Lets blocks live for so long from now on. */
  async keepBlocks(
    campaignId: string,
    blocks: readonly BlockPlace[],
    keepMs: number,
  ): Promise<void> {
    const { prefetched } = this.keys.of(campaignId);
    const pipeline = this.#redis.pipeline();
    for (const { block } of blocks) pipeline.pexpire(prefetched(block), Math.ceil(keepMs));
    await pipeline.exec();
  }

  async dropBlocks(campaignId: string, blocks: readonly BlockPlace[]): Promise<void> {
    const { prefetched } = this.keys.of(campaignId);
    const keys = blocks.map(({ block }) => prefetched(block));
    if (keys.length > 0) await this.#redis.unlink(...keys);
  }

  /** Marks contacts that had a conversation since: their history is asked about anew. */
  async markWritten(campaignId: string, contactIds: readonly string[]): Promise<void> {
    const key = this.keys.of(campaignId).wroteSince;
    const members = contactIds.map((id) => this.#digest(campaignId, id));
    const answers = await this.#redis
      .multi()
      .sadd(key, ...members)
      .pexpire(key, MARKS_KEPT_MS)
      .exec();
    const failed = answers?.find(([error]) => error !== null);
    if (failed?.[0]) throw failed[0];
  }

  async hasWritten(campaignId: string, contactIds: readonly string[]): Promise<boolean> {
    const key = this.keys.of(campaignId).wroteSince;
    const answers = await Promise.all(
      contactIds.map((id) => this.#redis.sismember(key, this.#digest(campaignId, id))),
    );
    return answers.some((answer) => answer === 1);
  }

  /** Blocks with rows that are released and have not ended. */
  async liveBlocks(campaignId: string): Promise<Set<number>> {
    const live = await this.#redis.smembers(this.keys.of(campaignId).live);
    return new Set(live.map((row) => blockOf(Number(row))));
  }

  /**
   * Takes what was prefetched for some rows out of their blocks. The record gets another version each time: a
   * process that has read these rows before cannot write them down again, and begins with what stands in Redis.
   */
  async eraseRows(campaignId: string, rowNumbers: readonly number[]): Promise<void> {
    const blocks = new Set(rowNumbers.map(blockOf));
    for (const block of blocks) while (!(await this.#eraseIn(campaignId, block, rowNumbers)));
  }

  async #eraseIn(
    campaignId: string,
    block: number,
    rowNumbers: readonly number[],
  ): Promise<boolean> {
    const stored = await this.read(campaignId);
    const key = this.keys.of(campaignId).prefetched(block);
    const [known, keepMs] = await Promise.all([
      this.readBlock(campaignId, block),
      this.#redis.pttl(key),
    ]);
    if (stored === undefined) {
      // Nothing is under way, and what is left of a block is of no use.
      await this.#redis.unlink(key);
      return true;
    }
    const entries = new Map<number, PrefetchedBlock>();
    if (known !== undefined && keepMs > 0) {
      const gone = new Set(rowNumbers.map(String));
      const rows = Object.fromEntries(
        Object.entries(known.rows).filter(([number]) => !gone.has(number)),
      );
      entries.set(block, { ...known, rows });
    }
    return this.write(campaignId, stored.version, stored.state, { entries, keepMs });
  }

  /** Takes all of it away. */
  async forget(campaignId: string, blocks: readonly BlockPlace[]): Promise<void> {
    const { prefetch, wroteSince } = this.keys.of(campaignId);
    await this.dropBlocks(campaignId, blocks);
    await this.#redis.unlink(prefetch, wroteSince);
    // Last, so that what is left half done is found again.
    await this.#redis.srem(this.keys.prefetching, campaignId);
  }

  async #seal(campaignId: string, block: number, value: PrefetchedBlock): Promise<Buffer> {
    const packed = await compress(JSON.stringify(value));
    return sealBytes(this.#secretOf(campaignId, block), packed);
  }

  async #open(
    campaignId: string,
    block: number,
    sealed: Buffer,
  ): Promise<PrefetchedBlock | undefined> {
    const packed = unsealBytes(this.#secretOf(campaignId, block), sealed);
    if (packed === undefined) return undefined;
    return JSON.parse((await decompress(packed)).toString()) as PrefetchedBlock;
  }

  #secretOf(campaignId: string, block: number): Buffer {
    return this.#keyring.derive('prefetched block', `${campaignId} ${block}`);
  }

  #digest(campaignId: string, contactId: string): string {
    const digest = this.#keyring.derive(
      'prefetch contact',
      `${campaignId} ${contactId.toLowerCase()}`,
    );
    return digest.subarray(0, DIGEST_BYTES).toString('base64url');
  }
}
