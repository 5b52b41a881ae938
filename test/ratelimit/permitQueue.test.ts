import { afterEach, describe, expect, test } from '@jest/globals';
import type { Operation, Permit } from '../../src/genesys/call.js';
import { PermitQueue } from '../../src/ratelimit/permitQueue.js';
import type { AcquireResult } from '../../src/ratelimit/rateLimiter.js';

/** Slots that a test hands out one by one. */
class HandedSlots {
  readonly intervalMs = 100;
  readonly yieldMs = 0;
  asked = 0;
  readonly #answers: (AcquireResult | Error)[] = [];
  #waiting: ((answer: AcquireResult | Error) => void) | undefined;

  async tryAcquire(): Promise<AcquireResult> {
    this.asked += 1;
    const answer =
      this.#answers.shift() ??
      (await new Promise<AcquireResult | Error>((resolve) => {
        this.#waiting = resolve;
      }));
    if (answer instanceof Error) throw answer;
    return answer;
  }

  answer(answer: AcquireResult | Error): void {
    if (this.#waiting === undefined) this.#answers.push(answer);
    else this.#waiting(answer);
    this.#waiting = undefined;
  }

  grant(): void {
    this.answer({ kind: 'granted', pace: 1 });
  }
}

let atTheEnd: AbortController;
let slots: HandedSlots;

function openLine(): PermitQueue {
  atTheEnd = new AbortController();
  slots = new HandedSlots();
  return new PermitQueue(slots);
}

function join(line: PermitQueue, operation: Operation, more: { deadline?: number } = {}) {
  return line.acquire({ operation, lane: 'campaign', signal: atTheEnd.signal, ...more });
}

afterEach(() => {
  atTheEnd.abort();
  slots.grant();
});

describe('a line of requests', () => {
  test('asks once for all requests that wait, and not at all while none does', async () => {
    const line = openLine();
    expect(slots.asked).toBe(0);
    const all = [join(line, 'messages'), join(line, 'messages'), join(line, 'messages')];
    await Promise.resolve();
    expect(slots.asked).toBe(1);
    for (const _ of all) slots.grant();
    expect(await Promise.all(all)).toEqual(Array(3).fill({ admitted: true }));
    expect(slots.asked).toBe(3);
  });

  test('lets sends go first, then transcripts, then lookups, and queries last', async () => {
    const line = openLine();
    const order: Operation[] = [];
    const operations: Operation[] = [
      'conversation-query',
      'contact-lookup',
      'message-conversation',
      'messages',
      'agentless-message',
    ];
    const all = operations.map((operation) =>
      join(line, operation).then(() => order.push(operation)),
    );
    for (const _ of all) slots.grant();
    await Promise.all(all);
    expect(order).toEqual([...operations].reverse());
  });

  test('is first come, first served among equals', async () => {
    const line = openLine();
    const order: number[] = [];
    const all = [1, 2, 3].map((n) => join(line, 'messages').then(() => order.push(n)));
    for (const _ of all) slots.grant();
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3]);
  });

  test('is left at once by a request that is aborted', async () => {
    const line = openLine();
    const giveUp = new AbortController();
    const waiting = line.acquire({
      operation: 'messages',
      lane: 'campaign',
      signal: giveUp.signal,
    });
    giveUp.abort();
    expect(await waiting).toEqual({ admitted: false, because: 'aborted' });
    expect(line.length).toBe(0);
  });

  test('is left when the next slot comes after the deadline, by those only whose it is', async () => {
    const line = openLine();
    const late = join(line, 'messages', { deadline: Date.now() + 100 });
    const inTime = join(line, 'messages', { deadline: Date.now() + 60_000 });
    slots.answer({ kind: 'wait', ms: 150, pace: 1 });
    expect(await late).toEqual({ admitted: false, because: 'deadline' });
    slots.grant();
    expect(await inTime).toEqual({ admitted: true });
  });

  test('is left by all when nothing is due for over five seconds', async () => {
    const line = openLine();
    const waiting = [join(line, 'contact-lookup'), join(line, 'agentless-message')];
    slots.answer({ kind: 'wait', ms: 6_000, pace: 1 });
    const left: Permit = { admitted: false, because: 'no_slot', retryAfterMs: 6_000 };
    expect(await Promise.all(waiting)).toEqual([left, left]);
  });

  test('is not left in the middle of a transcript: what was found before would be lost', async () => {
    const line = openLine();
    const midway = [join(line, 'messages'), join(line, 'message-conversation')];
    const lookup = join(line, 'conversation-query');
    slots.answer({ kind: 'wait', ms: 6_000, pace: 1 });
    expect(await lookup).toMatchObject({ because: 'no_slot' });
    expect(line.length).toBe(midway.length);
  });

  test('sits out a short pause of the platform, and is left in a long one', async () => {
    const line = openLine();
    const short = join(line, 'messages');
    slots.answer({ kind: 'gate_closed', ms: 30 });
    slots.grant();
    expect(await short).toEqual({ admitted: true });
    const long = join(line, 'messages');
    slots.answer({ kind: 'gate_closed', ms: 7_200_000 });
    expect(await long).toEqual({
      admitted: false,
      because: 'gate_closed',
      retryAfterMs: 7_200_000,
    });
  });

  test('waits for a Redis that is away', async () => {
    const line = openLine();
    const waiting = join(line, 'messages');
    slots.answer(new Error('Connection is closed.'));
    slots.grant();
    expect(await waiting).toEqual({ admitted: true });
  });

  test('passes on what is no fault of Redis, and serves the next request', async () => {
    const line = openLine();
    const waiting = join(line, 'messages');
    slots.answer(new Error('ERR a mistake in a script'));
    await expect(waiting).rejects.toThrow('a mistake');
    const next = join(line, 'messages');
    slots.grant();
    expect(await next).toEqual({ admitted: true });
  });
});
