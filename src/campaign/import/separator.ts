const SEPARATORS = [',', ';', '\t', '|'] as const;

/** A line that tells spreadsheets the separator; they do not show it, so it counts as no row. */
const SEPARATOR_LINE = /^"?sep=(.)"?\1*(?:\r\n|\r|\n)/i;

export interface Separation {
  separator: string;
  /** How many characters stand before the first row. */
  skip: number;
}

/** Tells what separates cells from the file's first lines: what occurs most in the first that has any. */
export function separationOf(head: string): Separation {
  const declared = SEPARATOR_LINE.exec(head);
  if (declared?.[1] !== undefined) return { separator: declared[1], skip: declared[0].length };
  const line =
    unquoted(head)
      .trimStart()
      .split(/[\r\n]/, 1)[0] ?? '';
  const counted = SEPARATORS.map((separator) => ({
    separator,
    count: line.split(separator).length,
  }));
  const most = counted.reduce((best, next) => (next.count > best.count ? next : best));
  return { separator: most.separator, skip: 0 };
}

/** What stands within quotes separates nothing. */
function unquoted(head: string): string {
  return head.replace(/"[^"]*"/g, '""');
}
