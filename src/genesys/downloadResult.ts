/*
 * What comes of a download. It stands apart from the download itself, which loads the HTTP client: that
 * costs a process that never downloads a fifth of a second and 10 MB.
 */

/**
 * Why there is no file, or no more of it. Nothing of a URL is in it: a URL is all that is needed to read the file.
 *
 * `refused_url`: it leads, at once or after a redirect, to another protocol than is allowed.
 */
export type DownloadFailure =
  | { kind: 'refused_url' }
  | { kind: 'http'; status: number }
  | { kind: 'connection_lost'; code: string }
  | { kind: 'too_large' }
  | { kind: 'timeout' }
  | { kind: 'aborted' };

export type Download =
  | {
      ok: true;
      /** The bytes, uncompressed. Throws `DownloadFailed` when the rest does not come. */
      stream: AsyncIterable<Uint8Array>;
      contentType?: string;
    }
  | { ok: false; failure: DownloadFailure };

export class DownloadFailed extends Error {
  override readonly name = 'DownloadFailed';
  readonly failure: DownloadFailure;

  constructor(failure: DownloadFailure) {
    super(`download failed: ${failure.kind}`);
    this.failure = failure;
  }
}

export interface DownloadOptions {
  /** Of the file as it is read, not as it is compressed on its way. */
  maxBytes: number;
  /** For all of it, reading included. */
  timeoutMs: number;
  signal?: AbortSignal;
}
