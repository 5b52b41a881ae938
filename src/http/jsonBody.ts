import type { Readable } from 'node:stream';
import { NESTED_TOO_DEEPLY, NestingMeter } from './jsonNesting.js';

/** Bodies up to this size always find room: a small urgent request never waits for large ones. */
const SMALL_BYTES = 64 * 1024;

/** How much of large bodies a process holds at once, from their first byte to their answer. */
export class BodyRoom {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  open(): HeldBody {
    let read = 0;
    let held = 0;
    let closed = false;
    return {
      add: (bytes) => {
        read += bytes;
        const more = Math.max(0, read - SMALL_BYTES) - held;
        if (closed || this.#held + more > this.#limit) return false;
        held += more;
        this.#held += more;
        return true;
      },
      close: () => {
        if (!closed) this.#held -= held;
        closed = true;
      },
    };
  }
}

export interface HeldBody {
  /** False when there is no room for so many bytes more. */
  add(bytes: number): boolean;
  close(): void;
}

const STATUSES = { nested: 400, cut_short: 400, too_large: 413, no_room: 503 } as const;

/** A body that is not read to its end. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused';
  readonly because: keyof typeof STATUSES;
  readonly statusCode: number;

  constructor(because: keyof typeof STATUSES) {
    super(because === 'nested' ? `expected ${NESTED_TOO_DEEPLY}` : because);
    this.because = because;
    this.statusCode = STATUSES[because];
  }
}

/**
 * Reads a JSON body, and gives up at the first byte too many, the first bracket too many, or when
 * others hold all the room. Whatever still comes is thrown away as it comes: the caller shall get to
 * read why. Throws BodyRefused.
 */
export function readJsonBody(
  payload: Readable,
  { limit, announced, held }: { limit: number; announced: string | undefined; held: HeldBody },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const nesting = new NestingMeter();
    let length = 0;
    const refuse = (because: BodyRefused['because']) => {
      payload.off('data', onData).off('end', onEnd).off('error', onError).on('error', ignore);
      payload.resume();
      held.close();
      reject(new BodyRefused(because));
    };
    const onData = (piece: Buffer) => {
      length += piece.length;
      if (length > limit) refuse('too_large');
      else if (!held.add(piece.length)) refuse('no_room');
      else if (nesting.isTooDeepWith(piece)) refuse('nested');
      else pieces.push(piece);
    };
    const onEnd = () => {
      if (announced !== undefined && Number(announced) !== length) refuse('cut_short');
      else resolve(Buffer.concat(pieces, length));
    };
    // The connection was lost: no one is left to read the answer.
    const onError = () => refuse('cut_short');
    if (Number(announced) > limit) refuse('too_large');
    else payload.on('data', onData).on('end', onEnd).on('error', onError);
  });
}

function ignore(): void {}
