/** Where in an HTML document a value would be printed. */
export type HtmlPosition =
  | { place: 'content' }
  | { place: 'attribute'; name: string; atStart: boolean }
  | { place: 'bare_attribute' | 'tag' | 'comment' }
  | { place: 'raw_text'; element: string };

const RAW_TEXT_ELEMENTS: ReadonlySet<string> = new Set(['script', 'style', 'iframe', 'xmp']);

type State = 'content' | 'tag' | 'before_value' | 'bare' | 'quoted' | 'comment' | 'raw_text';

/**
 * Follows literal HTML, piece by piece, just closely enough to say where the next value would land.
 *
 * It is no HTML parser, and it reads the branches of a condition one after the other: an attribute
 * opened in one branch and closed in another misleads it. It guards template authors against
 * mistakes; it is not what keeps customer text harmless, which is the escaping of every value.
 */
export class HtmlCursor {
  #state: State = 'content';
  #element = '';
  #attribute = '';
  #quote = '';
  #valueStarted = false;

  /** Moves over literal text. */
  read(html: string): void {
    let at = 0;
    while (at < html.length) at = this.#step(html, at);
  }

  /** Notes that a value was printed here. */
  printed(): void {
    this.#valueStarted = true;
    if (this.#state === 'before_value') this.#state = 'bare';
  }

  get position(): HtmlPosition {
    switch (this.#state) {
      case 'content':
        return { place: 'content' };
      case 'quoted':
        return { place: 'attribute', name: this.#attribute, atStart: !this.#valueStarted };
      case 'before_value':
      case 'bare':
        return { place: 'bare_attribute' };
      case 'tag':
        return { place: 'tag' };
      case 'comment':
        return { place: 'comment' };
      case 'raw_text':
        return { place: 'raw_text', element: this.#element };
      default:
        return this.#state satisfies never;
    }
  }

  #step(html: string, at: number): number {
    switch (this.#state) {
      case 'content':
        return this.#openTag(html, at);
      case 'comment':
        return this.#until(html, at, '-->', 'content');
      case 'raw_text':
        return this.#until(html, at, `</${this.#element}`, 'tag');
      case 'quoted':
        return this.#insideQuotes(html, at);
      case 'tag':
        return this.#insideTag(html, at);
      case 'before_value':
        return this.#beforeValue(html, at);
      case 'bare':
        return this.#insideBareValue(html, at);
      default:
        return this.#state satisfies never;
    }
  }

  #until(html: string, at: number, mark: string, next: State): number {
    const found = html.toLowerCase().indexOf(mark, at);
    if (found < 0) return html.length;
    this.#state = next;
    if (next === 'tag') this.#element = '';
    return found + mark.length;
  }

  #openTag(html: string, at: number): number {
    const open = html.indexOf('<', at);
    if (open < 0) return html.length;
    if (html.startsWith('<!--', open)) {
      this.#state = 'comment';
      return open + 4;
    }
    const name = /^<(\/?[a-z!][^\s/>]*)/i.exec(html.slice(open, open + 80))?.[1];
    if (name === undefined) return open + 1;
    this.#state = 'tag';
    this.#element = name.toLowerCase();
    return open + 1 + name.length;
  }

  #insideTag(html: string, at: number): number {
    const character = html[at];
    if (character === '>') {
      this.#state = RAW_TEXT_ELEMENTS.has(this.#element) ? 'raw_text' : 'content';
      return at + 1;
    }
    if (character === '=') {
      this.#state = 'before_value';
      return at + 1;
    }
    const name = /^[^\s=>/]+/.exec(html.slice(at, at + 120))?.[0];
    if (name !== undefined) this.#attribute = name.toLowerCase();
    return at + (name?.length ?? 1);
  }

  #beforeValue(html: string, at: number): number {
    const character = html[at] ?? '';
    if (/\s/.test(character)) return at + 1;
    this.#valueStarted = false;
    const quoted = character === '"' || character === "'";
    this.#state = quoted ? 'quoted' : 'bare';
    this.#quote = character;
    return quoted ? at + 1 : at;
  }

  #insideQuotes(html: string, at: number): number {
    const end = html.indexOf(this.#quote, at);
    const value = end < 0 ? html.slice(at) : html.slice(at, end);
    if (value.trim() !== '') this.#valueStarted = true;
    if (end < 0) return html.length;
    this.#state = 'tag';
    return end + 1;
  }

  #insideBareValue(html: string, at: number): number {
    const length = html.slice(at).search(/[\s>]/);
    if (length < 0) return html.length;
    this.#state = 'tag';
    return at + length;
  }
}
