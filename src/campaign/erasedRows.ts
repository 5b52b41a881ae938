import type { Keyring } from '../notification/keyring.js';
import { type CampaignKeys, campaignKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import type { NumberedRow } from './campaign.js';
import type { BesideRows } from './campaignRows.js';
import { ChunkCipher, type RowHash } from './chunkCipher.js';
import { compressed, decodeChunk, decompressed, encodeChunk } from './rowChunk.js';
import { besideField, LAYOUT, type RejectedRow } from './rowStore.js';

/** Where rows of a campaign lie: its own, or those of an upload that is under way. */
export interface RowPlace {
  campaignId: string;
  hash: RowHash;
  upload?: string;
}

/** Rows of one chunk that are to be erased, and what the file had beside them. */
export type FoundRows =
  | { kind: 'rows'; rows: (NumberedRow & { own: string[] })[] }
  | { kind: 'rejected'; rows: RejectedRow[] };

interface ReplaceCommand {
  notifierReplaceChunk(...args: (string | Buffer)[]): Promise<number>;
}

/**
 * Finds rows of campaigns by whom they are about, and takes their content away. The row itself stays, with
 * its number and without an address, so that the campaign still adds up. One that was not released yet ends
 * as `skipped` with the reason `erased`.
 *
 * | a process has read the chunk before, and | what it does then |
 * |---|---|
 * | is the feeder, about to release its rows | the ledger does not accept them: the campaign counts another number of erasures. It reads the chunk again |
 * | is an upload, about to become the campaign's rows | the hash is renamed with what stands in it; rows that the upload has not written yet are not erased, which is said |
 * | erases other rows of it | the chunk is not the one that was read any more: it is read again |
 */
export class ErasableRows {
  readonly #redis: RedisClient;
  readonly #keys: CampaignKeys;
  readonly #keyring: Keyring;

  constructor(redis: RedisClient, prefix: string, keyring: Keyring) {
    this.#redis = redis;
    this.#keys = campaignKeys(prefix);
    this.#keyring = keyring;
    const lua = readScript('replaceChunk', import.meta.url);
    redis.defineCommand('notifierReplaceChunk', { numberOfKeys: 2, lua });
  }

  /**
   * Rows of one place, chunk by chunk; those that are found are also erased, if that is asked for.
   *
   * @throws UnreadableRowsError
   */
  async *find(
    place: RowPlace,
    isMeant: {
      row: (row: NumberedRow['row'], own: readonly string[]) => boolean;
      rejected: (cells: readonly string[]) => boolean;
    },
    { erase }: { erase: boolean },
  ): AsyncGenerator<FoundRows> {
    const fields = await this.#redis.hkeys(this.#keyOf(place));
    for (const field of fields) {
      if (field === LAYOUT || field.startsWith(besideField(''))) continue;
      const found =
        place.hash === 'rows'
          ? await this.#inRows(place, field, isMeant.row, erase)
          : await this.#inRejected(place, field, isMeant.rejected, erase);
      if (found !== undefined) yield found;
    }
  }

  async #inRows(
    place: RowPlace,
    field: string,
    isMeant: (row: NumberedRow['row'], own: readonly string[]) => boolean,
    erase: boolean,
  ): Promise<FoundRows | undefined> {
    const besideAt = besideField(field);
    for (;;) {
      const [chunk, beside] = await Promise.all([
        this.#read(place, field),
        this.#read(place, besideAt),
      ]);
      if (chunk === undefined) return undefined;
      const rows = await decodeChunk(chunk.packed);
      const kept = beside && ((await decompressed(beside.packed)) as BesideRows);
      const found = rows.flatMap(({ number, row }, at) => {
        const own = kept?.own.map((cells) => cells[at] ?? '') ?? [];
        return isMeant(row, own) ? [{ at, number, row, own }] : [];
      });
      if (found.length === 0) return undefined;
      const result = { kind: 'rows' as const, rows: found };
      if (!erase) return result;
      const places = new Set(found.map(({ at }) => at));
      // What lies beside goes first: the chunk is what says whether there is still something to do.
      if (beside !== undefined && kept !== undefined) {
        const next = await compressed(withoutRows(kept, places));
        if (!(await this.#replace(place, besideAt, beside.stored, next))) continue;
      }
      const next = await encodeChunk(
        rows.map((row, at) =>
          places.has(at) ? { number: row.number, row: { recipient: {} } } : row,
        ),
      );
      if (await this.#replace(place, field, chunk.stored, next)) return result;
    }
  }

  async #inRejected(
    place: RowPlace,
    field: string,
    isMeant: (cells: readonly string[]) => boolean,
    erase: boolean,
  ): Promise<FoundRows | undefined> {
    for (;;) {
      const chunk = await this.#read(place, field);
      if (chunk === undefined) return undefined;
      const rows = (await decompressed(chunk.packed)) as RejectedRow[];
      const found = rows.filter(({ cells }) => isMeant(cells));
      if (found.length === 0) return undefined;
      const result = { kind: 'rejected' as const, rows: found };
      if (!erase) return result;
      const next = rows.map((row) =>
        found.includes(row) ? { ...row, cells: row.cells.map(() => '') } : row,
      );
      if (await this.#replace(place, field, chunk.stored, await compressed(next))) return result;
    }
  }

  async #read(
    place: RowPlace,
    field: string,
  ): Promise<{ stored: Buffer; packed: Buffer } | undefined> {
    const stored = await this.#redis.hgetBuffer(this.#keyOf(place), field);
    if (stored === null) return undefined;
    return { stored, packed: this.#cipherOf(place).open(place.hash, field, stored) };
  }

  async #replace(place: RowPlace, field: string, seen: Buffer, packed: Buffer): Promise<boolean> {
    const { hash, upload } = place;
    const answer = await (this.#redis as unknown as ReplaceCommand).notifierReplaceChunk(
      this.#keyOf(place),
      this.#keys.of(place.campaignId).counts,
      field,
      seen,
      this.#cipherOf(place).seal(hash, field, packed),
      hash === 'rows' && upload === undefined ? '1' : '',
    );
    return answer === 1;
  }

  #cipherOf({ campaignId }: RowPlace): ChunkCipher {
    return new ChunkCipher(this.#keyring, campaignId, this.#keys.of(campaignId));
  }

  #keyOf({ campaignId, hash, upload }: RowPlace): string {
    const keys = this.#keys.of(campaignId);
    if (upload === undefined) return keys[hash];
    return hash === 'rows' ? keys.uploadedRows(upload) : keys.uploadedRejected(upload);
  }
}

function withoutRows({ own, warnings }: BesideRows, places: ReadonlySet<number>): BesideRows {
  return {
    own: own.map((cells) => cells.map((cell, at) => (places.has(at) ? '' : cell))),
    warnings: Object.fromEntries(
      Object.entries(warnings).filter(([at]) => !places.has(Number(at))),
    ),
  };
}

/** From a key without its prefix, as `keys.ts` makes it; undefined for any other key. */
export function rowPlaceOf(key: string): RowPlace | undefined {
  const [, campaignId, hash, upload] = /^k:([^:]+):(rows|rejected)(?::(.+))?$/.exec(key) ?? [];
  if (campaignId === undefined || (hash !== 'rows' && hash !== 'rejected')) return undefined;
  return { campaignId, hash, upload };
}
