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
