import type { Limiter, Permit, PermitRequest } from '../../../src/genesys/call.js';

export interface Waiting {
  request: PermitRequest;
  /** Lets it pass, or gives it another ticket. */
  answer(ticket?: Permit): void;
  break(error: Error): void;
}

/** An admission whose slots are granted one by one, when a test says so. */
export class HeldAdmission implements Limiter {
  /** Every request so far, answered or not. */
  readonly asked: Waiting[] = [];
  #open = false;
  #latches = new Set<() => void>();

  acquire(request: PermitRequest): Promise<Permit> {
    return new Promise((resolve, reject) => {
      const answer = (ticket: Permit = { admitted: true }) => resolve(ticket);
      this.asked.push({ request, answer, break: reject });
      request.signal?.addEventListener('abort', () =>
        answer({ admitted: false, because: 'aborted' }),
      );
      if (this.#open) answer();
      for (const latch of this.#latches) latch();
    });
  }

  async rateLimited(): Promise<void> {}

  /** The `count`th request for a slot (from 1), once it has been made. */
  async nth(count: number): Promise<Waiting> {
    for (;;) {
      const waiting = this.asked[count - 1];
      if (waiting !== undefined) return waiting;
      await new Promise<void>((resolve) => {
        const latch = () => {
          this.#latches.delete(latch);
          resolve();
        };
        this.#latches.add(latch);
      });
    }
  }

  /** Grants what waits, and from now on everything at once. */
  open(): void {
    this.#open = true;
    for (const { answer } of this.asked) answer();
  }

  close(): void {
    this.#open = false;
    this.asked.length = 0;
  }
}
