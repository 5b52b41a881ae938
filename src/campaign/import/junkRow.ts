/*
 * Rows that are no recipients: programs write totals and notes below their exports, and files that were
 * put together have a header in the middle. Each is counted under a reason of its own.
 */

export const REPEATED_HEADER = 'a recipient; the header stands here once more';

export const NOTE_EXPECTED =
  'a recipient; a total or a note of the program that has written the file stands here';

/** How totals and notes begin, in the languages of common exports. */
const NOTE =
  /^(?:(?:grand |sub)?total(?:e|s)?|sum(?:me|a)?|gesamt(?:summe|anzahl)?|anzahl|count|(?:number of )?(?:records?|rows?|contacts?)|zeilen|datens[aä]tze|generated|created|exported|printed|report|source|confidential|copyright|page|end of|erstellt|erzeugt|exportiert|gedruckt|stand|quelle|vertraulich|seite|ende|g[eé]n[eé]r[eé]|cr[eé]{2}|export[eé]|lignes?|fin|generado|creado|exportado|filas?|registros?|p[aá]gina|©)(?:$|[\s:=.,;(*#-])|^(?:[-=*#_]\s?){3,}$/i;

const MAX_NOTE_CELLS = 3;

/** Whether a row is a total or a note. A row that could be written to is never asked about. */
export function isNote(cells: readonly string[]): boolean {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  const [first] = filled;
  if (first === undefined || filled.length > MAX_NOTE_CELLS) return false;
  return NOTE.test(first) && !filled.some((cell) => /^\S+@\S+$/.test(cell));
}
