import type { RedisFault } from '../redis/redisFault.js';

/** How it stands with what this API works on. */
export type Standing =
  | { kind: 'ready' }
  /** Redis has not been reached yet, or refuses what is needed; why, once that is known. */
  | { kind: 'pending'; fault?: RedisFault }
  /** Redis answers, but what it is given could be lost. */
  | { kind: 'unfit'; problem: string };
