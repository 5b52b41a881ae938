import { explain } from './answer.js';
import { type Fault, type FaultInput, faultSchema } from './fault.js';
import type { Operation } from './operation.js';
import { type Random, seededRandom } from './population/random.js';

export interface StandingFault {
  id: string;
  fault: Fault;
  fired: number;
  /** How often it may still fire; null for a probability, which is never spent. */
  remaining: number | null;
}

export type FaultAdded = { ok: true; standing: StandingFault } | { ok: false; message: string };

const SEED = 7;

/** The faults that stand, oldest first. A request meets at most one: the first that fits and fires. */
export class Faults {
  readonly #standing: StandingFault[] = [];
  #random: Random = seededRandom(SEED);
  #lastId = 0;

  /** Checks a definition from outside. */
  define(definition: unknown): FaultAdded {
    const parsed = faultSchema.safeParse(definition);
    if (!parsed.success) return { ok: false, message: explain(parsed.error) };
    return { ok: true, standing: this.#stand(parsed.data) };
  }

  /** Adds a fault from code; a wrong definition is a bug there, so it throws. */
  add(definition: FaultInput): StandingFault {
    return this.#stand(faultSchema.parse(definition));
  }

  /** The fault this request meets, counted as fired; null when it is served honestly. */
  take(operation: Operation): StandingFault | null {
    for (const standing of this.#standing) {
      const { endpoint, probability } = standing.fault;
      if (endpoint !== '*' && endpoint !== operation) continue;
      if (standing.remaining === 0) continue;
      if (probability !== undefined && this.#random() >= probability) continue;
      standing.fired += 1;
      if (standing.remaining !== null) standing.remaining -= 1;
      return standing;
    }
    return null;
  }

  /** Undoes a `take`, for a fault that breaks deliveries and met a request that delivered nothing. */
  giveBack(standing: StandingFault): void {
    standing.fired -= 1;
    if (standing.remaining !== null) standing.remaining += 1;
  }

  list(): StandingFault[] {
    return [...this.#standing];
  }

  clear(): void {
    this.#standing.length = 0;
    this.#random = seededRandom(SEED);
  }

  #stand(fault: Fault): StandingFault {
    this.#lastId += 1;
    const remaining = fault.probability === undefined ? (fault.count ?? 1) : null;
    const standing = { id: `fault-${this.#lastId}`, fault, fired: 0, remaining };
    this.#standing.push(standing);
    return standing;
  }
}
