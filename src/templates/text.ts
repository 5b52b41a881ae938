const LONE_SURROGATES = /\p{Surrogate}/gu;
const CONTROLS_BUT_LINE_BREAK = /[^\P{Cc}\n]/gu;
const LINE_BREAKS = /\r\n?|[\u0085\u2028\u2029\v\f]/gu;
/** Embeddings, overrides and isolates: a value that holds them could turn round its surroundings. */
const BIDI_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_DIRECTIONAL_ISOLATE = '\u2069';

/** A value from outside without characters that no message should carry; line breaks become \n. */
export function cleanValue(value: string): string {
  return value
    .replace(LONE_SURROGATES, '')
    .replace(LINE_BREAKS, '\n')
    .replace(/\t/g, ' ')
    .replace(CONTROLS_BUT_LINE_BREAK, '')
    .replace(BIDI_CONTROLS, '');
}

/**
 * Sets right-to-left text apart, so that the sentence around it keeps its order: without this, the
 * full stop behind a quotation in Hebrew or Arabic jumps to the other end of the quotation. Other
 * values stay as they are, since the two marks count against a channel's length.
 */
export function isolateDirection(value: string): string {
  return RIGHT_TO_LEFT.test(value)
    ? `${FIRST_STRONG_ISOLATE}${value}${POP_DIRECTIONAL_ISOLATE}`
    : value;
}

/** Closes what a shortened text left open, or the rest of the reader's page would be isolated. */
export function closeIsolates(text: string): string {
  const opened = text.split(FIRST_STRONG_ISOLATE).length;
  const closed = text.split(POP_DIRECTIONAL_ISOLATE).length;
  return text + POP_DIRECTIONAL_ISOLATE.repeat(Math.max(0, opened - closed));
}

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe in element content and in quoted attributes; not in scripts, styles or bare attributes. */
export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => HTML_ESCAPES[character] ?? '');
}

/** What a header may hold: one line, no control characters. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s\u0085\u2028\u2029]+/gu, ' ').trim();
}

/** Trimmed, no trailing spaces, and never more than one empty line in a row. */
export function tidyLines(text: string): string {
  return (
    text
      .replace(/\r\n?/g, '\n')
      .split('\n')
      // A pattern for blanks before a line end would look at each run of blanks again and again.
      .map((line) => line.trimEnd())
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  );
}

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
  // A grapheme has one unit at least; segmenting takes longer than all else that is done with a short text.
  if (text.length <= Math.min(maxGraphemes, maxUnits)) return text;
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
  return kept === '' ? '' : `${kept.replace(/(?<![\s,;:.–—-])[\s,;:.–—-]+$/u, '')}${ELLIPSIS}`;
}

function wordBorder(text: string, borders: readonly number[]): number {
  const hardCut = borders.at(-1) ?? 0;
  if (/^\s/u.test(text.slice(hardCut))) return hardCut;
  for (const border of borders.slice(-WORD_BORDER_REACH).reverse()) {
    if (/\s$/u.test(text.slice(0, border))) return border;
  }
  return hardCut;
}
