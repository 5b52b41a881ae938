/** A piece of HTML that is safe to send: everything in it was written by us or escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Html | string | number | undefined | readonly Content[];

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
