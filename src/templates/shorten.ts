const ELLIPSIS = '…';

/** How far back from the cut a space is looked for: further, and too much text would be lost. */
const WORD_BORDER_REACH = 24;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

export interface LengthLimit {
  /** Characters as a reader counts them, without the ellipsis. */
  graphemes?: number;
  /** UTF-16 code units, with the ellipsis. */
  units?: number;
}

/**
 * Shortens a text to the limits, on a word border where there is one near and never inside a
 * grapheme, and marks the cut with an ellipsis. A text within the limits comes back unchanged.
 *
 * A single grapheme may be as long as its author likes (an emoji family, stacked accents), so the
 * unit limit holds even where the grapheme limit would allow the text. Only the head of the text
 * is segmented: the time does not grow with what is cut off.
 */
export function shorten(text: string, limit: LengthLimit): string {
  const maxGraphemes = limit.graphemes ?? Number.POSITIVE_INFINITY;
  const maxUnits = limit.units ?? Number.POSITIVE_INFINITY;
  const borders: number[] = [];
  let complete = true;
  for (const { index, segment } of graphemes.segment(text.slice(0, maxUnits + 1))) {
    const end = index + segment.length;
    complete = borders.length < maxGraphemes && end <= maxUnits;
    if (!complete) break;
    borders.push(end);
  }
  if (complete) return text;
  while ((borders.at(-1) ?? 0) > maxUnits - ELLIPSIS.length) borders.pop();
  const kept = text.slice(0, wordBorder(text, borders)).trimEnd();
  return kept === '' ? '' : `${kept.replace(/[\s,;:.–—-]+$/u, '')}${ELLIPSIS}`;
}

function wordBorder(text: string, borders: readonly number[]): number {
  const hardCut = borders.at(-1) ?? 0;
  if (/^\s/u.test(text.slice(hardCut))) return hardCut;
  for (const border of borders.slice(-WORD_BORDER_REACH).reverse()) {
    if (/\s$/u.test(text.slice(0, border))) return border;
  }
  return hardCut;
}
