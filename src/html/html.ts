/** A piece of HTML that is safe to send: everything in it was written by us or escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = Html | string | number | undefined | readonly Content[];

/** Writes HTML. Whatever is put in is escaped, for text and quoted attributes alike, unless it is Html itself. */
export function html(parts: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(
    parts.reduce((text, part, index) => `${text}${render(contents[index - 1])}${part}`),
  );
}

function render(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(render).join('');
  return String(content).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A piece of HTML, told apart from text that still has to be escaped. */
export class HtmlHtml {
  constructor(readonly source: string) {}
}

type Piece = HtmlHtml | string | number | readonly Piece[];

/** Builds HTML; whatever is put in is escaped unless it is HTML itself. */
export function htmlOfHtml(parts: TemplateStringsArray, ...pieces: readonly Piece[]): HtmlHtml {
  const source = parts.map(
    (part, at) => `${part}${at < pieces.length ? sourceOf(pieces[at] ?? '') : ''}`,
  );
  return new HtmlHtml(source.join(''));
}

function sourceOf(piece: Piece): string {
  if (piece instanceof HtmlHtml) return piece.source;
  if (typeof piece === 'string' || typeof piece === 'number') return escapeHtml(String(piece));
  return piece.map(sourceOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
