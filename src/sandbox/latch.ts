interface Waiter {
  isOpen: () => boolean;
  settle: (reached: boolean) => void;
}

/** Lets callers wait until a count is reached, without polling: tests that kill a process need the moment. */
export class Latch {
  readonly #waiters = new Set<Waiter>();

  /** Resolves true once `isOpen` holds, false when `timeoutMs` passed first or the sandbox closed. */
  wait(isOpen: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isOpen()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (reached: boolean): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(reached);
      };
      const waiter: Waiter = { isOpen, settle };
      const timer = setTimeout(settle, timeoutMs, false);
      this.#waiters.add(waiter);
    });
  }

  notify(): void {
    for (const waiter of this.#waiters) if (waiter.isOpen()) waiter.settle(true);
  }

  close(): void {
    for (const waiter of this.#waiters) waiter.settle(false);
  }
}
