/** A failure after which the attempt shall be repeated. Its message is a code, never a value. */
export class RetryableError extends Error {
  override name = 'RetryableError' as const;
  readonly reason: string;
  /** What the platform asked for; absent when it asked for nothing. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, retryAfterMs?: number) {
    super(reason);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}
