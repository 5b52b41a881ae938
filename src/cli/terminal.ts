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

/** Of what is drawn here beyond ASCII, these take one column. */
const NARROW = /[█░·…→✓✗–—]/;

function columnsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 || NARROW.test(character) ? 1 : 2;
}

/** Lines at the foot of a terminal that are drawn over again and again. */
export class LiveLines {
  readonly #terminal: Terminal;
  #drawn = 0;

  constructor(to: Terminal) {
    this.#terminal = to;
  }

  /** Draws these lines in the place of those before. */
  draw(lines: readonly string[]): void {
    const columns = this.#terminal.columns() - 1;
    const text = lines.map((line) => `${clipped(line, columns)}\n`).join('');
    this.#terminal.write(`${this.#back()}${text}`);
    this.#drawn = lines.length;
  }

  /** Takes them away: what is written next stands in their place. */
  clear(): void {
    this.#terminal.write(this.#back());
    this.#drawn = 0;
  }

  /** Lets them stand as they are; what is drawn next comes below. */
  keep(): void {
    this.#drawn = 0;
  }

  #back(): string {
    return this.#drawn === 0 ? '' : `${ESCAPE}[${this.#drawn}A\r${ESCAPE}[J`;
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
