import { z } from 'zod';

export const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

const LONGEST_DURATION = 3_650 * UNITS.d;

/**
 * A duration with its unit, in whole milliseconds. A bare number is refused: seconds or milliseconds?
 * `shortest` (ms) is for what Redis keeps for so long: it refuses to keep anything for no time.
 */
export function duration(shortest = 0, longest = LONGEST_DURATION) {
  const most = `at most ${longest / UNITS.d}d`;
  const limits = shortest === 0 ? most : `at least ${shortest / UNITS.s}s and ${most}`;
  return z
    .string()
    .regex(DURATION, 'a duration with a unit, such as 500ms, 60s, 15m, 24h or 30d')
    .transform((text) => {
      const [, amount, unit] = DURATION.exec(text) ?? [];
      return Math.ceil(Number(amount) * UNITS[unit as keyof typeof UNITS]);
    })
    .refine((ms) => ms >= shortest && ms <= longest, `a duration of ${limits}`);
}
