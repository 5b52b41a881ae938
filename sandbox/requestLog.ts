import type { FaultKind } from './faults.js';
import type { Operation } from './operation.js';

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

/** The newest `capacity` items in order; older ones are dropped, so a load test cannot fill the memory. */
export class Ring<T> {
  readonly #capacity: number;
  #items: T[] = [];
  #first = 0;
  #dropped = 0;

  /** @param capacity Infinity keeps everything. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** How many items were pushed out since the last `clear`. */
  get dropped(): number {
    return this.#dropped;
  }

  push(item: T): void {
    if (this.#items.length < this.#capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#first] = item;
    this.#first = (this.#first + 1) % this.#capacity;
    this.#dropped += 1;
  }

  /** Oldest first. */
  toArray(): T[] {
    return [...this.#items.slice(this.#first), ...this.#items.slice(0, this.#first)];
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
    this.#dropped = 0;
  }
}

/** One request that arrived, faulted and refused ones included. Holds no token, body or query string. */
export interface RequestRecord {
  at: number;
  method: string;
  path: string;
  operation: Operation | 'unknown';
  /** null while unanswered: for good when the request was stalled or its connection reset. */
  status: number | null;
  fault: FaultKind | null;
  client: string | null;
  correlationId: string;
  /** Size of the body as announced by Content-Length. */
  bytes: number;
}

/** How many requests and deliveries are kept unless the sandbox is set to keep all. */
export const RECORD_LIMIT = 20_000;

export class RequestLog {
  readonly #records: Ring<RequestRecord>;
  readonly #latch = new Latch();
  readonly #arrivals = new Map<RequestRecord['operation'], number>();

  constructor(capacity: number) {
    this.#records = new Ring(capacity);
  }

  get capacity(): number {
    return this.#records.capacity;
  }

  get dropped(): number {
    return this.#records.dropped;
  }

  add(record: RequestRecord): void {
    this.#records.push(record);
    this.#arrivals.set(record.operation, this.count(record.operation) + 1);
    this.#latch.notify();
  }

  /** Oldest first; `since` is epoch milliseconds. */
  list(since = 0): RequestRecord[] {
    const records = this.#records.toArray();
    return since === 0 ? records : records.filter(({ at }) => at >= since);
  }

  /** Arrivals since the start or the last `clear`, those dropped from the list included. */
  count(operation?: RequestRecord['operation']): number {
    if (operation !== undefined) return this.#arrivals.get(operation) ?? 0;
    return [...this.#arrivals.values()].reduce((sum, n) => sum + n, 0);
  }

  countByOperation(): Record<string, number> {
    return Object.fromEntries(this.#arrivals);
  }

  /** Resolves true as soon as `count` requests to `operation` (any, when left out) have arrived. */
  waitFor(count: number, operation: Operation | undefined, timeoutMs: number): Promise<boolean> {
    return this.#latch.wait(() => this.count(operation) >= count, timeoutMs);
  }

  clear(): void {
    this.#records.clear();
    this.#arrivals.clear();
  }

  close(): void {
    this.#latch.close();
  }
}
