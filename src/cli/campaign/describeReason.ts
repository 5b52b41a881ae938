import { foreseenMeaningOf, meaningOf } from '../../notification/reasonMeanings.js';
import { whole } from '../terminal.js';

type Counted = Readonly<Record<string, number>>;
type Meaning = (reason: string) => string | undefined;

/** `40: no earlier conversation was found (no_history); 2: …`, the most frequent first. */
export function describeReasons(counts: Counted): string {
  return listed(counts, meaningOf);
}

/** The same of what a dry run foresees. */
export function describeForeseen(counts: Counted): string {
  return listed(counts, foreseenMeaningOf);
}

/** One reason that a dry run foresees. */
export function foreseenReason(reason: string): string {
  return meant(reason, foreseenMeaningOf);
}

function listed(counts: Counted, meaning: Meaning): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, rows]) => `${whole(rows)}: ${meant(reason, meaning)}`)
    .join('; ');
}

function meant(reason: string, meaningFor: Meaning): string {
  const meaning = meaningFor(reason);
  return meaning === undefined ? reason : `${meaning} (${reason})`;
}
