/** What makes a formula of a cell: `=`, `+`, `-`, `@`, full-width ones too. */
const SIGN = '=+\\-@＝＋－＠';

/**
 * What a spreadsheet would take for a formula: one of these as the first sign, blanks and apostrophes
 * aside, or a tab or line break at the very beginning, behind which some programs look.
 */
const FORMULA = new RegExp(`^(?:[\\s']*[${SIGN}]|[\\t\\r\\n])`);

/**
 * The same behind a separator or line break within a cell. A spreadsheet that is set to another
 * separator than the file's cuts the cell there, quotes or not, and reads the rest as a cell.
 */
const INNER_FORMULA = new RegExp(`(\\r\\n|[,;|\\t\\r\\n])(?=[\\s'"]*[${SIGN}])`, 'g');
const NEUTRALISED_INNER_FORMULA = new RegExp(`(\\r\\n|[,;|\\t\\r\\n])'(?=[\\s'"]*[${SIGN}])`, 'g');

/**
 * A cell as it may stand in a CSV file that is opened in a spreadsheet, whatever separator that is set
 * to. What begins like a formula gets an apostrophe in front: `=cmd()` stays text, and `'+15550100123`
 * keeps its plus, where a bare number would be shown as 1.55501E+10. `Ann;=1+1` becomes `Ann;'=1+1`.
 */
export function neutralised(cell: string): string {
  const inner = cell.replace(INNER_FORMULA, "$1'");
  return FORMULA.test(cell) ? `'${inner}` : inner;
}

/**
 * The cell without the apostrophes that `neutralised`, or a person, has put before it. Import reads
 * every cell through this, so that a file which was exported, corrected and uploaded again means the
 * same. Apostrophes within a cell are the customer's own; see `withoutInner`.
 */
export function restored(cell: string): string {
  if (!cell.startsWith("'")) return cell;
  const bare = cell.replace(/^'+/, '');
  return FORMULA.test(bare) ? bare : cell;
}

/** Takes back what `neutralised` has put within a cell. Only for files that an export has written. */
export function withoutInner(cell: string): string {
  return cell.replace(NEUTRALISED_INNER_FORMULA, '$1');
}
