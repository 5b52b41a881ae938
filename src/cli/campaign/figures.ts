import type { Terminal } from '../terminal.js';

/** `[████░░░░]`, or in ASCII `[####----]`. */
export function bar(share: number, width: number, { unicode }: Pick<Terminal, 'unicode'>): string {
  const filled = Math.floor(Math.min(1, Math.max(0, share)) * width);
  const [full, empty] = unicode ? ['█', '░'] : ['#', '-'];
  return `[${full.repeat(filled)}${empty.repeat(width - filled)}]`;
}

/** Never 100 % before all is done. */
export function percent(share: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, share)) * 100)} %`;
}

export function whole(number: number): string {
  return Math.round(number).toLocaleString('en');
}

/** `1 row`, `2,000 rows`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${whole(number)} ${number === 1 ? one : many}`;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** As exact as it is of use: `40 s`, `12 min`, `3 h 20 min`, `2 d 4 h`. */
export function span(ms: number): string {
  if (ms < 90 * SECOND_MS) return `${Math.max(1, Math.ceil(ms / SECOND_MS))} s`;
  const minutes = Math.ceil(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  if (ms < DAY_MS) return parts([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min']);
  const hours = Math.ceil(ms / HOUR_MS);
  return parts([Math.floor(hours / 24), 'd'], [hours % 24, 'h']);
}

function parts(...all: readonly [number, string][]): string {
  return all
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

export function bytes(amount: number): string {
  const step = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(Math.max(1, amount)) / 3));
  const value = amount / 1_000 ** step;
  return `${step === 0 ? value : value.toFixed(1)} ${BYTE_UNITS[step]}`;
}
