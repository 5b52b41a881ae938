/**
 * Text of customers and templates, fit for a terminal: escape sequences in it could rewrite the
 * screen or the window's title, and direction overrides could turn a line around.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, (character) =>
    character === '\n' ? character : '',
  );
}
