/** How it stands with what this API works on. */
export type Standing =
  | { kind: 'ready' }
  /** Redis has not been reached yet. */
  | { kind: 'pending' }
  /** Redis answers, but what it is given could be lost. */
  | { kind: 'unfit'; problem: string };
