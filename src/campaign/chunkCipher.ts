import { decryptAtRest, encryptAtRest } from '../notification/atRest.js';
import type { Keyring } from '../notification/keyring.js';
import type { KeysOfCampaign } from '../redis/keys.js';
import { UnreadableRowsError } from './unreadableCampaign.js';

/** The two hashes of a campaign that rows lie in. */
export type RowHash = 'rows' | 'rejected';

const PURPOSE = 'campaign rows';

/**
 * How a chunk of rows is encrypted: under a key of its own, made from campaign, hash and field. It is the
 * same while the chunk lies with an upload and once it is the campaign's, for then its hash is renamed.
 */
export class ChunkCipher {
  readonly #keyring: Keyring;
  readonly #id: string;
  readonly #keys: Pick<KeysOfCampaign, RowHash>;

  constructor(keyring: Keyring, campaignId: string, keys: Pick<KeysOfCampaign, RowHash>) {
    this.#keyring = keyring;
    this.#id = campaignId;
    this.#keys = keys;
  }

  seal(hash: RowHash, field: string, packed: Buffer): Buffer {
    return encryptAtRest(this.#keyring, PURPOSE, this.#subject(hash, field), packed);
  }

  /** @throws UnreadableRowsError */
  open(hash: RowHash, field: string, stored: Buffer): Buffer {
    const found = decryptAtRest(this.#keyring, PURPOSE, this.#subject(hash, field), stored);
    if (found.kind === 'open') return stored;
    if (found.kind === 'decrypted') return found.bytes;
    throw new UnreadableRowsError({ id: this.#id, key: this.#keys[hash] }, found.keyId);
  }

  #subject(hash: RowHash, field: string): string {
    return `${this.#id} ${hash} ${field}`;
  }
}
