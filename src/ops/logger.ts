import { type Logger, pino } from 'pino';

/**
 * One JSON line an event on standard output; readable lines on a terminal. What is logged is chosen
 * where it is logged: ids, codes and counts, never an address or a text. The paths here are a second
 * fence, for objects that carry more than their logger thought.
 */
export function createLogger(level: string, role: string): Logger {
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
        '*.clientSecret',
        '*.token',
      ],
      censor: '[redacted]',
    },
  };
  if (!process.stdout.isTTY) return pino(options);
  const pretty = { target: 'pino-pretty', options: { ignore: 'pid', translateTime: 'HH:MM:ss.l' } };
  const { formatters: _transportsFormatLevels, ...forTransport } = options;
  return pino({ ...forTransport, transport: pretty });
}
