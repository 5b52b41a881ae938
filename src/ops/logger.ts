import { type Logger, pino } from 'pino';
import { logFields } from '../tracing/tracing.js';

/**
 * What may be said in a log about an error that was not foreseen: its class, its code, and where it
 * was thrown. Not its message, which may quote a customer, an address or a token.
 */
export function redactedError(error: unknown): { name: string; code?: string; at?: string } {
  if (typeof error !== 'object' || error === null) return { name: typeof error };
  const { name, code, stack } = error as { name?: unknown; code?: unknown; stack?: unknown };
  const frame = typeof stack === 'string' ? /\n {4}at ([^\n]+)/.exec(stack)?.[1] : undefined;
  return {
    name: typeof name === 'string' ? name : 'Error',
    code: typeof code === 'string' ? code : undefined,
    at: frame?.replace(/\(?file:\/\/.*\/(src|dist)\//, '($1/'),
  };
}

/**
 * One JSON line an event on standard output; readable lines on a terminal. What is logged is chosen
 * where it is logged: ids, codes and counts, never an address or a text. The paths here are a second
 * fence, for objects that carry more than their logger thought.
 */
export async function createLogger(level: string, role: string): Promise<Logger> {
  const options = {
    level,
    base: { role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => logFields(),
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: [
        '*.authorization',
        '*.headers',
        '*.config',
        '*.email',
        '*.phone',
        '*.recipient',
        '*.text',
        '*.textBody',
        '*.htmlBody',
        '*.address',
        '*.content',
        '*.clientSecret',
        '*.token',
      ],
      censor: '[redacted]',
    },
  };
  if (!process.stdout.isTTY) return pino(options);
  const { default: pretty } = await import('pino-pretty');
  return pino(options, pretty({ ignore: 'pid', translateTime: 'HH:MM:ss.l' }));
}

const SAY_AGAIN_AFTER_MS = 5_000;

/** While Redis is away the same error comes thousands of times a second; one line in five seconds says it. */
export function throttle<T>(say: (about: T) => void): (about: T) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (about) => {
    if (performance.now() - saidAt < SAY_AGAIN_AFTER_MS) return;
    saidAt = performance.now();
    say(about);
  };
}
