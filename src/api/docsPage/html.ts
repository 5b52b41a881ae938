/** A piece of HTML, told apart from text that still has to be escaped. */
export class Html {
  constructor(readonly source: string) {}
}

type Piece = Html | string | number | readonly Piece[];

/** Builds HTML; whatever is put in is escaped unless it is HTML itself. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const source = parts.map(
    (part, at) => `${part}${at < pieces.length ? sourceOf(pieces[at] ?? '') : ''}`,
  );
  return new Html(source.join(''));
}

function sourceOf(piece: Piece): string {
  if (piece instanceof Html) return piece.source;
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
