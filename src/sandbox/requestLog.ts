import type { FaultKind } from './fault.js';
import { Latch } from './latch.js';
import type { Operation } from './operation.js';
import { Ring } from './ring.js';

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

/** How many requests and deliveries are kept unless the sandbox was told to keep all. */
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
