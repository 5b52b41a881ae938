import type { Context } from '@opentelemetry/api';
import type { AcceptResult } from '../queue/acceptor.js';

/** `origins`: the trace of each input. */
type AcceptAll = (
  inputs: readonly unknown[],
  origins: readonly Context[],
) => Promise<AcceptResult[]>;

interface Waiting {
  input: unknown;
  origin: Context;
  resolve: (result: AcceptResult) => void;
  reject: (error: unknown) => void;
}

const BATCH_MAX = 200;

/**
 * Accepts requests that come one by one in batches: whatever arrives while one batch is under way
 * forms the next. A single request never waits for company.
 */
export class AcceptanceBatch {
  readonly #acceptAll: AcceptAll;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(acceptAll: AcceptAll) {
    this.#acceptAll = acceptAll;
  }

  accept(input: unknown, origin: Context): Promise<AcceptResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, origin, resolve, reject });
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      await this.#acceptBatch(batch);
    }
    this.#busy = false;
  }

  async #acceptBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#acceptAll(
        batch.map(({ input }) => input),
        batch.map(({ origin }) => origin),
      );
      batch.forEach(({ resolve, reject }, at) => {
        const result = results[at];
        if (result === undefined) reject(new Error('no result for a request'));
        else resolve(result);
      });
    } catch (error) {
      const [only, ...others] = batch;
      if (only !== undefined && others.length === 0) return only.reject(error);
      // One request that breaks the acceptance must not take the others with it.
      for (const one of batch) await this.#acceptBatch([one]);
    }
  }
}
