import { type Logger, pino } from 'pino';

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
