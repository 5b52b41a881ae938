import { type Finding, failed, ok, warning } from './finding.js';

const NOTICEABLE_MS = 2_000;
/** Deadlines, quiet times and the age of an intent are judged by it on whichever machine works. */
const HARMFUL_MS = 30_000;

/** `aheadMs`: by how much the other clock is ahead of this machine's. */
export function judgeClock(whose: string, aheadMs: number): Finding {
  const seconds = (Math.abs(aheadMs) / 1_000).toFixed(1);
  if (Math.abs(aheadMs) <= NOTICEABLE_MS) return ok('clock', `agrees with ${whose}'s`);
  const detail = `${seconds} s ${aheadMs > 0 ? 'behind' : 'ahead of'} ${whose}'s`;
  const remedy = 'Synchronise the clocks of both machines (NTP: timedatectl set-ntp true).';
  const judge = Math.abs(aheadMs) > HARMFUL_MS ? failed : warning;
  return judge('clock', detail, remedy);
}
