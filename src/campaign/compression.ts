import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const compress = promisify(deflateRaw);
const decompress = promisify(inflateRaw);

/**
 * JSON in few bytes; written by the engine itself and compressed by threads of their own. Brotli
 * saves one byte a row, which Redis' allocator rounds away, and takes more memory.
 */
export function compressed(value: unknown): Promise<Buffer> {
  return compress(JSON.stringify(value));
}

/** What was given to `compressed`. */
export async function decompressed(bytes: Buffer): Promise<unknown> {
  return JSON.parse((await decompress(bytes)).toString());
}
