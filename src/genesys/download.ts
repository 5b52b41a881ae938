import { addAbortSignal, type Readable } from 'node:stream';
import axios from 'axios';
import { type AwakeTimer, afterTimeAwake } from '../redis/timeAwake.js';
import {
  type Download,
  DownloadFailed,
  type DownloadFailure,
  type DownloadOptions,
} from './downloadResult.js';
import { isLoopback } from './transport.js';

const MOST_REDIRECTS = 3;

/**
 * Fetches a file that the platform has made ready elsewhere. The URL carries its own permission: no
 * token of ours goes with it, it is no request to the platform and takes nothing of its allowance.
 *
 * @param insecure whether plain HTTP will do, as it does for a sandbox
 */
export async function download(
  url: string,
  { maxBytes, timeoutMs, signal }: DownloadOptions,
  { insecure }: { insecure: boolean },
): Promise<Download> {
  const ending = new Ending(timeoutMs, signal);
  let at = url;
  try {
    for (let redirectsLeft = MOST_REDIRECTS; ; redirectsLeft--) {
      if (!isAllowed(at, insecure)) return ending.failed({ kind: 'refused_url' });
      const { status, headers, data } = await axios.get<Readable>(at, {
        responseType: 'stream',
        maxRedirects: 0,
        validateStatus: () => true,
        signal: ending.signal,
        // A proxy from the environment is honoured, but a sandbox next door is not behind it.
        ...(isLoopback(at) ? { proxy: false as const } : {}),
      });
      if (status >= 200 && status < 300) {
        return {
          ok: true,
          stream: bytesOf(data, maxBytes, ending),
          contentType: textOf(headers['content-type']),
        };
      }
      data.destroy();
      const location = textOf(headers['location']);
      if (status < 300 || status > 399 || location === undefined || redirectsLeft === 0) {
        return ending.failed({ kind: 'http', status });
      }
      at = URL.canParse(location, at) ? new URL(location, at).href : '';
    }
  } catch (error) {
    return ending.failed(failureOf(error, ending));
  }
}

/** When a download is over, though its file is not: its time is up, or its caller gives up. */
class Ending {
  readonly #controller = new AbortController();
  readonly #timer: AwakeTimer;
  readonly #callerSignal: AbortSignal | undefined;
  #kind: 'timeout' | 'aborted' | undefined;

  constructor(timeoutMs: number, callerSignal: AbortSignal | undefined) {
    this.#timer = afterTimeAwake(timeoutMs, () => this.#end('timeout'));
    this.#callerSignal = callerSignal;
    if (callerSignal?.aborted) this.#onAbort();
    else callerSignal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get kind(): 'timeout' | 'aborted' | undefined {
    return this.#kind;
  }

  failed(failure: DownloadFailure): Download {
    this.settle();
    return { ok: false, failure };
  }

  /** Must be called once the download is over, or its timer keeps the process alive. */
  settle(): void {
    this.#timer.cancel();
    this.#callerSignal?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.#end('aborted');

  #end(kind: 'timeout' | 'aborted'): void {
    this.#kind ??= kind;
    this.#controller.abort();
  }
}

/** The file is closed at its end, at the first failure, and when its time is up, read or not. */
function bytesOf(file: Readable, maxBytes: number, ending: Ending): AsyncIterable<Uint8Array> {
  addAbortSignal(ending.signal, file);
  // A failure before anything is read must not end the process: the reader meets it, if it ever comes.
  file.once('error', () => undefined);
  file.once('close', () => ending.settle());
  return read(file, maxBytes, ending);
}

async function* read(file: Readable, maxBytes: number, ending: Ending): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new DownloadFailed({ kind: 'too_large' });
      yield chunk;
    }
  } catch (error) {
    if (error instanceof DownloadFailed) throw error;
    throw new DownloadFailed(failureOf(error, ending));
  } finally {
    ending.settle();
  }
}

/** The error itself, which holds the URL, is not passed on. */
function failureOf(error: unknown, ending: Ending): DownloadFailure {
  if (ending.kind !== undefined) return { kind: ending.kind };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return {
    kind: 'connection_lost',
    code: typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : 'UNKNOWN',
  };
}

function isAllowed(url: string, insecure: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === 'https:' || (insecure && protocol === 'http:');
}

function textOf(header: unknown): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
