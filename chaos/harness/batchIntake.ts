import { setTimeout as pause } from 'node:timers/promises';
import type { Intake } from './intake.js';
import type { Planned } from './recipients.js';

const BATCH = 10;
const WITHIN_MS = 10_000;
const AGAIN_AFTER_MS = 200;
/** Notifications accepted in a second at most: slow enough that faults meet a deployment at work. */
const AT_MOST_PER_SECOND = 120;

/**
 * Hands notifications over as a careful caller would: over HTTP, in batches, each with an id of its own. Where the answer is lost,
 * or says that nothing was kept, the same is sent again.
 */
export class BatchIntake implements Intake {
  readonly acceptedAt = new Map<string, number>();
  readonly #url: () => string;
  readonly #planned: readonly Planned[];
  readonly #waiting = new Set<() => void>();
  #finish: () => void = () => undefined;
  readonly finished = new Promise<void>((resolve) => {
    this.#finish = resolve;
  });
  #stopped = false;

  constructor(planned: readonly Planned[], url: () => string) {
    this.#planned = planned;
    this.#url = url;
  }

  async run(): Promise<void> {
    try {
      for (let from = 0; from < this.#planned.length && !this.#stopped; from += BATCH) {
        const batch = this.#planned.slice(from, from + BATCH);
        const paced = pause((1_000 * batch.length) / AT_MOST_PER_SECOND);
        await this.#acceptAll(batch);
        await paced;
      }
    } finally {
      this.stop();
      this.#finish();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  async reached(share: number): Promise<void> {
    while (this.acceptedAt.size < share * this.#planned.length && !this.#stopped) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async #acceptAll(batch: readonly Planned[]): Promise<void> {
    let left = batch;
    while (left.length > 0 && !this.#stopped) {
      const kept = keptOf(await this.#post(left));
      const now = Date.now();
      for (const id of kept) this.acceptedAt.set(id, now);
      this.#wake();
      left = left.filter(({ request }) => !kept.has(request.id));
      if (left.length > 0) await pause(AGAIN_AFTER_MS);
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** What the api says of each; nothing where no answer came. */
  async #post(batch: readonly Planned[]): Promise<ItemAnswer[]> {
    try {
      const answer = await fetch(`${this.#url()}/v1/notifications/batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ notifications: batch.map(({ request }) => request) }),
        signal: AbortSignal.timeout(WITHIN_MS),
      });
      return ((await answer.json()) as { results?: ItemAnswer[] }).results ?? [];
    } catch {
      return [];
    }
  }
}

interface ItemAnswer {
  status: number;
  id?: string;
}

/** The ids that were kept. Throws where a request is wrong: no fault makes it so. */
function keptOf(answers: readonly ItemAnswer[]): Set<string> {
  const kept = new Set<string>();
  for (const { status, id } of answers) {
    if (status === 202 || status === 200) kept.add(id ?? '');
    else if (status < 500 && status !== 429) throw new Error(`a request was answered ${status}`);
  }
  return kept;
}
