import { LOCK_MS } from '../queue/jobs.js';

/** A longer gap between two heartbeats of our own says that Redis or this process was held up. */
const GAP_MS = 6_000;
/** By how much Redis' clock and ours may part between two heartbeats; an answer's latency is in it. */
const CLOCKS_PART_BY_MS = 3_000;

/**
 * Whether the silence of others can be believed. Heartbeats that all come late mean a Redis that was
 * away, slow or failed over, or that we were frozen ourselves; nothing is wrong with the others then.
 *
 * After such a disturbance the others get as long as their locks last: a connection that died without
 * a word is noticed late. A process that has just started knows of none, and waits as long as it takes
 * any worker to count as silent.
 */
export class SteadyBeats {
  #last: { at: number; redisNow: number } | undefined;
  #since = Number.POSITIVE_INFINITY;
  #needsMs: number;

  constructor(atStartMs: number) {
    this.#needsMs = atStartMs;
  }

  /** Takes note of a heartbeat: our monotonic clock and Redis' (ms). Whether all has been steady for long enough. */
  note(at: number, redisNow: number): boolean {
    const last = this.#last;
    this.#last = { at, redisNow };
    if (last === undefined) this.#since = at;
    else if (isDisturbed(at - last.at, redisNow - last.redisNow)) {
      this.#since = at;
      this.#needsMs = LOCK_MS;
    }
    return at - this.#since >= this.#needsMs;
  }
}

function isDisturbed(passedHere: number, passedThere: number): boolean {
  return passedHere > GAP_MS || Math.abs(passedThere - passedHere) > CLOCKS_PART_BY_MS;
}
