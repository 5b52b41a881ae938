/**
 * What a spreadsheet would take for a formula: `=`, `+`, `-`, `@` (full-width ones too) as the first
 * sign, blanks and apostrophes aside, or a tab or line break at the very beginning, behind which some
 * programs look.
 */
const FORMULA = /^(?:[\s']*[=+\-@＝＋－＠]|[\t\r\n])/;

/**
 * A cell as it may stand in a CSV file that somebody opens in a spreadsheet. What begins like a
 * formula gets an apostrophe in front: `=cmd()` stays text, and `'+15550100123` keeps its plus, where
 * a bare number would be shown as 1.55501E+10.
 */
export function neutralised(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/**
 * The cell without the apostrophes that `neutralised`, or a person, has put before it. Import reads
 * every cell through this, so that a file which was exported, mended and uploaded again means the same.
 */
export function restored(cell: string): string {
  if (!cell.startsWith("'")) return cell;
  const bare = cell.replace(/^'+/, '');
  return FORMULA.test(bare) ? bare : cell;
}
