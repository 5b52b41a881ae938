import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { Hold } from '../../src/worker/hold.js';

describe('a hold', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function holdWith(mayLogIn: () => Promise<boolean>) {
    const said: string[] = [];
    const hold = new Hold(
      {
        pause: async () => void said.push('pause'),
        resume: async (atATime) => void said.push(`resume ${atATime ?? 'all'}`),
        mayLogIn,
      },
      pino({ level: 'silent' }),
    );
    return { hold, said };
  }

  test('outlives a login probe that breaks: it asks again later, and lets the work go on', async () => {
    const answers = [() => Promise.reject(new Error('broken')), async () => true];
    const { hold, said } = holdWith(() => (answers.shift() ?? (async () => true))());
    await hold.raise({ kind: 'credentials', detail: 'invalid_client' });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(said).toEqual(['pause']);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(said).toEqual(['pause', 'resume all']);
    expect(hold.reason).toBeUndefined();
  });

  test('for a permission lets one job at a time show that it was granted', async () => {
    const { hold, said } = holdWith(async () => true);
    await hold.raise({ kind: 'permission', detail: 'conversation:message:create' });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(said).toEqual(['pause', 'resume 1']);
    expect(hold.reason?.detail).toBe('conversation:message:create');
    await hold.jobPassed();
    expect(said.at(-1)).toBe('resume all');
    expect(hold.reason).toBeUndefined();
  });

  test('raised by many jobs at once pauses once, and waits longer each time it is raised anew', async () => {
    const { hold, said } = holdWith(async () => true);
    const missing = { kind: 'permission', detail: 'x' } as const;
    await Promise.all([hold.raise(missing), hold.raise(missing), hold.raise(missing)]);
    expect(said).toEqual(['pause']);
    await jest.advanceTimersByTimeAsync(5_000);
    await hold.raise(missing);
    await jest.advanceTimersByTimeAsync(9_999);
    expect(said).toEqual(['pause', 'resume 1', 'pause']);
    await jest.advanceTimersByTimeAsync(1);
    expect(said.at(-1)).toBe('resume 1');
    hold.close();
  });
});
