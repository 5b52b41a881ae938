import { styleText } from 'node:util';

/** Where text for people goes, and what can be done there. */
export interface Terminal {
  /** Lines can be drawn over: a terminal that a person looks at. */
  live: boolean;
  unicode: boolean;
  colour: boolean;
  columns(): number;
  write(text: string): void;
}

const USUAL_COLUMNS = 80;

/** What standard output is, going by what the environment says of it. */
export function terminal(
  stream: NodeJS.WriteStream = process.stdout,
  env: NodeJS.ProcessEnv = process.env,
): Terminal {
  const live = stream.isTTY === true && env['TERM'] !== 'dumb';
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return {
    live,
    unicode: live && /utf-?8/i.test(locale),
    colour: live && !env['NO_COLOR'],
    columns: () => stream.columns ?? USUAL_COLUMNS,
    write: (text) => stream.write(text),
  };
}

export type Tone = 'good' | 'bad' | 'quiet' | 'waiting';

const STYLES = { good: 'green', bad: 'red', quiet: 'dim', waiting: 'yellow' } as const;

/** Colours a part of a line, where there is colour. */
export function tinted(tone: Tone, text: string, { colour }: Terminal): string {
  return colour ? styleText(STYLES[tone], text, { validateStream: false }) : text;
}

const ESCAPE = String.fromCharCode(27);
const STYLE = new RegExp(`(${ESCAPE}\\[[0-9;]*m)`);

/**
 * At most so many columns of a line. What is not ASCII counts as two: better a line too short than
 * one that wraps, since a wrapped line cannot be drawn over.
 */
export function clipped(line: string, columns: number): string {
  let room = columns;
  const kept = line.split(STYLE).map((part) => {
    if (part.startsWith(ESCAPE)) return part;
    const characters: string[] = [];
    for (const character of part) {
      room -= columnsOf(character);
      if (room >= 0) characters.push(character);
    }
    return characters.join('');
  });
  return kept.join('');
}

function columnsIn(line: string): number {
  const shown = line.split(STYLE).filter((part) => !part.startsWith(ESCAPE));
  return [...shown.join('')].reduce((sum, character) => sum + columnsOf(character), 0);
}

/** Of what is drawn here beyond ASCII, these take one column. */
const NARROW = /[█░·…→✓✗–—]/;

function columnsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 || NARROW.test(character) ? 1 : 2;
}

/** Lines at the foot of a terminal that are drawn over again and again. */
export class LiveLines {
  readonly #terminal: Terminal;
  /** How wide each line was drawn: a terminal made narrower since has broken some of them. */
  #drawn: number[] = [];

  constructor(to: Terminal) {
    this.#terminal = to;
  }

  /** Draws these lines in the place of those before. */
  draw(lines: readonly string[]): void {
    const columns = this.#terminal.columns() - 1;
    const drawn = lines.map((line) => clipped(line, columns));
    this.#terminal.write(`${this.#back()}${drawn.map((line) => `${line}\n`).join('')}`);
    this.#drawn = drawn.map(columnsIn);
  }

  /** Takes them away: what is written next stands in their place. */
  clear(): void {
    this.#terminal.write(this.#back());
    this.#drawn = [];
  }

  #back(): string {
    const columns = this.#terminal.columns();
    const rows = this.#drawn.reduce(
      (sum, width) => sum + Math.max(1, Math.ceil(width / columns)),
      0,
    );
    return rows === 0 ? '' : `${ESCAPE}[${rows}A\r${ESCAPE}[J`;
  }
}

/** Text broken at words into lines of at most so many columns. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

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
