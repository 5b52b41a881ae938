import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;

/**
 * HMAC-SHA-256 under one key, as RFC 2104 builds it from two hashes. Node's `createHmac` takes 3 to 4 µs
 * for each text, a twentieth of what accepting a notification takes, and this takes one. The hashes are asked
 * for as text because a Buffer from the engine costs more than the hash itself.
 */
export class HmacKey {
  readonly #inner: Buffer;
  readonly #outer: Buffer;

  constructor(key: Buffer | string) {
    const bytes = Buffer.from(key);
    const block = Buffer.alloc(BLOCK_BYTES);
    (bytes.length > BLOCK_BYTES ? sha256(bytes) : bytes).copy(block);
    this.#inner = block.map((byte) => byte ^ 0x36) as Buffer;
    this.#outer = block.map((byte) => byte ^ 0x5c) as Buffer;
  }

  /** 32 bytes. */
  digest(text: string): Buffer {
    const inner = sha256(Buffer.concat([this.#inner, Buffer.from(text)]));
    return sha256(Buffer.concat([this.#outer, inner]));
  }
}

function sha256(bytes: Buffer): Buffer {
  return Buffer.from(hash('sha256', bytes, 'hex'), 'hex');
}
