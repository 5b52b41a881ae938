import { describe, expect, test } from '@jest/globals';
import { SteadyBeats } from '../../src/worker/steadyBeats.js';

const START = 1_700_000_000_000;

/** Heartbeats every 2 s by our clock from `from` to `to` (s); whether others' silence is believed at the end. */
function beats(steady: SteadyBeats, from: number, to: number, redisAheadMs = 0): boolean {
  let isSteady = false;
  for (let second = from; second <= to; second += 2) {
    isSteady = steady.note(second * 1_000, START + second * 1_000 + redisAheadMs);
  }
  return isSteady;
}

describe('the silence of other workers is believed', () => {
  test('by a process that has just started, once it has had heartbeats of its own for as long', () => {
    const steady = new SteadyBeats(10_000);
    expect(beats(steady, 0, 8)).toBe(false);
    expect(beats(steady, 10, 10)).toBe(true);
  });

  test('for 30 s no longer after Redis was away and all heartbeats came late, its own among them', () => {
    const steady = new SteadyBeats(10_000);
    expect(beats(steady, 0, 20)).toBe(true);
    expect(beats(steady, 32, 60)).toBe(false);
    expect(beats(steady, 62, 62)).toBe(true);
  });

  test('no longer after a server took over whose clock is another, forward or back', () => {
    for (const ahead of [15_000, -15_000]) {
      const steady = new SteadyBeats(10_000);
      expect(beats(steady, 0, 20)).toBe(true);
      expect(beats(steady, 22, 50, ahead)).toBe(false);
      expect(beats(steady, 52, 52, ahead)).toBe(true);
    }
  });

  test('still, when heartbeats come a little late on a busy machine', () => {
    const steady = new SteadyBeats(10_000);
    beats(steady, 0, 20);
    expect(beats(steady, 25, 25, 800)).toBe(true);
  });
});
