const LONGEST = 200;

/** Why somebody stops the sending, in their own words: one line that others will read. */
export function readPauseReason(
  given: unknown,
): { ok: true; reason: string } | { ok: false; expected: string } {
  const reason = typeof given === 'string' ? given.trim() : '';
  if (reason === '' || reason.length > LONGEST || /\p{Cc}/u.test(reason)) {
    return { ok: false, expected: `why the sending stops, one line of 1 to ${LONGEST} characters` };
  }
  return { ok: true, reason };
}
