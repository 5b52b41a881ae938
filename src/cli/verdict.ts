/*
 * Stands alone because the commands are described with it: what a description imports is loaded by
 * every command, `--help` too.
 */

/** What a person may have found out about a notification that is `unknown`. */
export const VERDICTS = ['sent', 'not-sent'] as const;

export type HumanVerdict = (typeof VERDICTS)[number];
