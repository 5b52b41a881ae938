import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { CircuitBreaker } from '../../src/worker/circuitBreaker.js';

describe('the circuit breaker', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function breakerWith(isRepaired: () => Promise<boolean>) {
    const said: string[] = [];
    const breaker = new CircuitBreaker(
      {
        pause: async () => void said.push('pause'),
        resume: async (atATime) => void said.push(`resume ${atATime ?? 'all'}`),
        isRepaired,
      },
      pino({ level: 'silent' }),
      Date.now,
    );
    return { breaker, said };
  }

  test('outlives a login probe that breaks: it asks again later, and lets the work go on', async () => {
    const answers = [() => Promise.reject(new Error('broken')), async () => true];
    const { breaker, said } = breakerWith(() => (answers.shift() ?? (async () => true))());
    await breaker.trip({ kind: 'credentials', detail: 'invalid_client' });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(said).toEqual(['pause']);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(said).toEqual(['pause', 'resume all']);
    expect(breaker.reason).toBeUndefined();
  });

  test('for a permission lets one job at a time show that it was granted', async () => {
    const { breaker, said } = breakerWith(async () => true);
    await breaker.trip({ kind: 'permission', detail: 'conversation:message:create' });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(said).toEqual(['pause', 'resume 1']);
    expect(breaker.reason?.detail).toBe('conversation:message:create');
    await breaker.jobPassed();
    expect(said.at(-1)).toBe('resume all');
    expect(breaker.reason).toBeUndefined();
  });

  test('tripped by many jobs at once pauses once, and waits longer each time it is tripped anew', async () => {
    const { breaker, said } = breakerWith(async () => true);
    const missing = { kind: 'permission', detail: 'x' } as const;
    await Promise.all([breaker.trip(missing), breaker.trip(missing), breaker.trip(missing)]);
    expect(said).toEqual(['pause']);
    await jest.advanceTimersByTimeAsync(5_000);
    await breaker.trip(missing);
    await jest.advanceTimersByTimeAsync(9_999);
    expect(said).toEqual(['pause', 'resume 1', 'pause']);
    await jest.advanceTimersByTimeAsync(1);
    expect(said.at(-1)).toBe('resume 1');
    breaker.stop();
  });
});
