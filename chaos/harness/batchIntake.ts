import { setTimeout as pause } from 'node:timers/promises';
import type { Intake } from './intake.js';
import type { Planned } from './recipients.js';

const BATCH_AT_MOST = 10;
const WITHIN_MS = 10_000;
const AGAIN_AFTER_MS = 200;
/** Notifications accepted in a second at most: slow enough that faults meet a deployment at work. */
const AT_MOST_PER_SECOND = 120;
/** No more is handed over while so many messages are still to come, this share of all but at least so many. */
const AHEAD_AT_LEAST = 20;
const AHEAD_SHARE = 0.05;
/** What is unknown, or lies in the hands of a killed worker, must not hold up the others. */
const HELD_UP_AT_MOST_MS = 2_000;
const LOOK_EVERY_MS = 50;

/**
 * Hands notifications over as a careful caller would: over HTTP, in batches, each with an id of its own. Where the answer is lost,
 * or says that nothing was kept, the same is sent again.
 */
export class BatchIntake implements Intake {
  readonly acceptedAt = new Map<string, number>();
  readonly #url: string;
  readonly #planned: readonly Planned[];
  readonly #delivered: () => number;
  readonly #perSecond: number;
  readonly #waiting = new Set<() => void>();
  /** Of which no message may ever come. */
  #writtenOff = 0;
  #finish: () => void = () => undefined;
  readonly finished = new Promise<void>((resolve) => {
    this.#finish = resolve;
  });
  #stopped = false;

  /**
   * @param lastsS how long it takes at least, so that what is to be struck has the time to start (s)
   * @param delivered how many messages customers got so far
   */
  constructor(
    planned: readonly Planned[],
    url: string,
    { lastsS, delivered }: { lastsS: number; delivered: () => number },
  ) {
    this.#planned = planned;
    this.#delivered = delivered;
    this.#perSecond = Math.min(AT_MOST_PER_SECOND, planned.length / lastsS);
    this.#url = url;
  }

  async run(): Promise<void> {
    try {
      const size = Math.min(BATCH_AT_MOST, Math.ceil(this.#perSecond / 2));
      for (let from = 0; from < this.#planned.length && !this.#stopped; from += size) {
        const batch = this.#planned.slice(from, from + size);
        const paced = pause((1_000 * batch.length) / this.#perSecond);
        await this.#acceptAll(batch);
        await paced;
        await this.#notTooFarAhead();
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

  async #notTooFarAhead(): Promise<void> {
    const most = Math.max(AHEAD_AT_LEAST, AHEAD_SHARE * this.#planned.length);
    const until = Date.now() + HELD_UP_AT_MOST_MS;
    const tooMany = () => this.acceptedAt.size - this.#delivered() - this.#writtenOff - most;
    while (Date.now() < until && !this.#stopped) {
      if (tooMany() <= 0) return;
      await pause(LOOK_EVERY_MS);
    }
    this.#writtenOff += tooMany();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** What the api says of each; nothing where no answer came. */
  async #post(batch: readonly Planned[]): Promise<ItemAnswer[]> {
    try {
      const answer = await fetch(`${this.#url}/v1/notifications/batch`, {
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
