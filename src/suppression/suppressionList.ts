import type { RedisClient } from '../redis/redisClient.js';
import type { ConsentDigests, SuppressedAddress } from './consentIdentity.js';
import { unpackSuppression } from './packedSuppression.js';
import {
  hasEnded,
  merged,
  type Suppression,
  type SuppressionEntry,
  type SuppressionSource,
} from './suppression.js';
import { SuppressionStore } from './suppressionStore.js';

/** An entry as an export has it: the digest is all there is of the address. */
export interface ExportedSuppression {
  digest: Buffer;
  suppression: Suppression;
}

export type AddedSuppression = { kind: 'added' } | { kind: 'replaced'; before: Suppression };

/** How many were new, how many changed an entry, and how many said nothing new. */
export interface AddedSuppressions {
  added: number;
  replaced: number;
  kept: number;
}

const FORGOTTEN_AT_A_TIME = 500;

/**
 * Who must not be written to. Addresses are kept as keyed digests only: the list betrays no one, and an
 * entry is found only by its address and the deployment's secret.
 *
 * What an older key of the secret has made counts as well; a change brings it under the newest. Errors
 * of Redis are thrown: that nothing could be read never means that nothing is there.
 */
export class SuppressionList {
  readonly #store: SuppressionStore;
  readonly #digests: ConsentDigests;
  readonly #now: () => number;

  /** @param now epoch ms, by the clock of Redis */
  constructor(redis: RedisClient, prefix: string, digests: ConsentDigests, now: () => number) {
    this.#store = new SuppressionStore(redis, prefix);
    this.#digests = digests;
    this.#now = now;
  }

  /** Never weakens what is there: see `merged`. */
  async add(address: SuppressedAddress, suppression: Suppression): Promise<AddedSuppression> {
    const before = await this.find(address);
    await this.addAll([{ address, suppression }]);
    return before === undefined ? { kind: 'added' } : { kind: 'replaced', before };
  }

  /** As `add`, for many: what is new in one round trip, what is there already in two. */
  async addAll(entries: readonly SuppressionEntry[]): Promise<AddedSuppressions> {
    const digests = entries.map(({ address }) => this.#digests.of(address));
    const older = digests.flatMap(([, ...rest]) => rest);
    const known = await this.#read(older);
    const result = await this.#write(
      entries.map(({ suppression }, at) => {
        const [newest, ...rest] = digests[at] ?? [];
        if (newest === undefined) throw new Error('a keyring without a key');
        const found = rest.flatMap((digest) => known.get(digest) ?? []);
        return {
          digest: newest,
          suppression: found.reduce((all, one) => merged(one, all), suppression),
        };
      }),
    );
    // Only now, so that there is no moment without an entry.
    await this.#drop([...known.keys()]);
    return result;
  }

  /** Brings an exported list back. Its digests are of this deployment's secret, or of no use here. */
  async restore(entries: readonly ExportedSuppression[]): Promise<AddedSuppressions> {
    return this.#write(entries);
  }

  /** What stood there; undefined when nothing did. */
  async remove(address: SuppressedAddress): Promise<Suppression | undefined> {
    return this.#drop(this.#digests.of(address));
  }

  /**
   * Takes the free text of an entry away, should it say more than it may. The entry goes on stopping messages.
   * Answers with the entry as it stands then; undefined where there is none.
   */
  async forgetReason(address: SuppressedAddress): Promise<Suppression | undefined> {
    let open = this.#digests.of(address);
    while (open.length > 0) {
      const packed = await this.#store.read(open);
      const changes = open.flatMap((digest, at) => {
        const seen = packed[at];
        const entry = this.#counting(seen);
        if (entry?.reason === undefined) return [];
        return [{ digest, seen, next: { ...entry, reason: undefined } }];
      });
      const answers = await this.#store.write(changes);
      open = changes.filter((_, at) => answers[at]?.kind === 'lost').map(({ digest }) => digest);
    }
    return this.find(address);
  }

  async find(address: SuppressedAddress): Promise<Suppression | undefined> {
    const [found] = await this.findAll([address]);
    return found;
  }

  /** In one round trip, in the order of the addresses. One that has ended is none. */
  async findAll(addresses: readonly SuppressedAddress[]): Promise<(Suppression | undefined)[]> {
    const digests = addresses.map((address) => this.#digests.of(address));
    const known = await this.#read(digests.flat());
    return digests.map((all) => {
      const [first, ...rest] = all.flatMap((digest) => known.get(digest) ?? []);
      return first && rest.reduce((sum, one) => merged(one, sum), first);
    });
  }

  /** By digests, as a link carries them: of whichever key. One that has ended is none. */
  async findDigests(digests: readonly Buffer[]): Promise<(Suppression | undefined)[]> {
    const known = await this.#read(digests);
    return digests.map((digest) => known.get(digest));
  }

  /** All of it, some hundreds at a time: an export. */
  async *entries(): AsyncGenerator<readonly ExportedSuppression[]> {
    for await (const some of this.#store.all()) {
      yield some
        .map(({ digest, packed }) => ({ digest, suppression: unpackSuppression(packed) }))
        .filter(({ suppression }) => !hasEnded(suppression, this.#now()));
    }
  }

  async summary(): Promise<{ total: number; bySource: Record<SuppressionSource, number> }> {
    const bySource = await this.#store.counts();
    return { total: Object.values(bySource).reduce((sum, some) => sum + some, 0), bySource };
  }

  /** Removes entries that have ended, some hundreds in a call; answers how many. */
  async forgetEnded(): Promise<number> {
    const digests = await this.#store.ended(this.#now(), FORGOTTEN_AT_A_TIME);
    const packed = await this.#store.read(digests);
    await this.#store.write(
      digests.map((digest, at) => {
        const seen = packed[at];
        const isOver = seen === undefined || hasEnded(unpackSuppression(seen), this.#now());
        return { digest, seen, next: isOver ? undefined : seen && unpackSuppression(seen) };
      }),
    );
    return digests.length;
  }

  /** Those of them that there are, and that count. */
  async #read(digests: readonly Buffer[]): Promise<Map<Buffer, Suppression>> {
    const packed = await this.#store.read(digests);
    const found = new Map<Buffer, Suppression>();
    for (const [at, digest] of digests.entries()) {
      const bytes = packed[at];
      if (bytes === undefined) continue;
      const suppression = unpackSuppression(bytes);
      if (!hasEnded(suppression, this.#now())) found.set(digest, suppression);
    }
    return found;
  }

  /** Merges each with what is there, and tries again where another process was faster. */
  async #write(entries: readonly ExportedSuppression[]): Promise<AddedSuppressions> {
    const total: AddedSuppressions = { added: 0, replaced: 0, kept: 0 };
    let open = entries.map((entry) => ({ ...entry, seen: undefined as Buffer | undefined }));
    while (open.length > 0) {
      const writes = open.map(({ digest, suppression, seen }) => {
        const before = this.#counting(seen);
        const next = before === undefined ? suppression : merged(before, suppression);
        return { digest, seen, next, before };
      });
      const changes = writes.filter(({ before, next }) => before !== next);
      const answers = await this.#store.write(changes);
      const lost = new Map<Buffer, Buffer | undefined>();
      for (const [at, { digest, before }] of changes.entries()) {
        const answer = answers[at];
        if (answer?.kind === 'lost') lost.set(digest, answer.current);
        else if (answer?.kind === 'was_so') total.kept += 1;
        else if (before === undefined) total.added += 1;
        else total.replaced += 1;
      }
      total.kept += writes.length - changes.length;
      open = open.flatMap((entry) =>
        lost.has(entry.digest) ? [{ ...entry, seen: lost.get(entry.digest) }] : [],
      );
    }
    return total;
  }

  #counting(packed: Buffer | undefined): Suppression | undefined {
    const suppression = packed && unpackSuppression(packed);
    return suppression && !hasEnded(suppression, this.#now()) ? suppression : undefined;
  }

  async #drop(digests: readonly Buffer[]): Promise<Suppression | undefined> {
    let dropped: Suppression | undefined;
    let open = [...digests];
    while (open.length > 0) {
      const packed = await this.#store.read(open);
      const there = open.flatMap((digest, at) => {
        const seen = packed[at];
        return seen === undefined ? [] : [{ digest, seen, next: undefined }];
      });
      const answers = await this.#store.write(there);
      for (const [at, { seen }] of there.entries()) {
        const found = this.#counting(seen);
        if (answers[at]?.kind === 'written' && found !== undefined) dropped = dropped ?? found;
      }
      open = there.filter((_, at) => answers[at]?.kind === 'lost').map(({ digest }) => digest);
    }
    return dropped;
  }
}
