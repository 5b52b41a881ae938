import { z } from 'zod';
import { explain } from './answer.js';
import { BEHAVIOUR_KINDS, BEHAVIOURS, type Behaviour, type BehaviourKind } from './behaviours.js';
import type { Operation } from './operation.js';
import { type Random, seededRandom } from './population/build.js';
import { REQUEST_FAULTS, type RequestFault } from './requestFaults.js';

const ALL_FAULTS = [...REQUEST_FAULTS, ...BEHAVIOURS] as const;

const NAMES = ALL_FAULTS.map(({ shape }) => String(shape.kind.value)).join(', ');

const kinds = z.discriminatedUnion('kind', ALL_FAULTS, {
  error: (issue) => (issue.code === 'invalid_union' ? `must be one of ${NAMES}` : undefined),
});

const faultSchema = kinds.refine(
  ({ count, probability }) => count === undefined || probability === undefined,
  { message: 'give count or probability, not both', path: ['probability'] },
);

export type FaultInput = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;
export type FaultKind = Fault['kind'];

/** Every kind there is, in the order in which they are declared. */
export const FAULT_KINDS: readonly FaultKind[] = ALL_FAULTS.map(({ shape }) => shape.kind.value);

export interface StandingFault {
  id: string;
  fault: Fault;
  fired: number;
  /** How often it may still fire; null for a probability, which is never spent. */
  remaining: number | null;
}

/** One that a request meets, as against a behaviour. */
export type StandingRequestFault = StandingFault & { fault: RequestFault };

function isOfRequests(standing: StandingFault): standing is StandingRequestFault {
  return !BEHAVIOUR_KINDS.has(standing.fault.kind);
}

function isOfKind<K extends BehaviourKind>(
  fault: Fault,
  kind: K,
): fault is Extract<Behaviour, { kind: K }> {
  return fault.kind === kind;
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
  take(operation: Operation): StandingRequestFault | null {
    for (const standing of this.#standing) {
      if (!isOfRequests(standing)) continue;
      const { endpoint } = standing.fault;
      if (endpoint !== '*' && endpoint !== operation) continue;
      if (this.#fires(standing)) return standing;
    }
    return null;
  }

  /** The behaviour of this kind that is due on this occasion, counted as fired; null when none is. */
  takeBehaviour<K extends BehaviourKind>(kind: K): Extract<Behaviour, { kind: K }> | null {
    for (const standing of this.#standing) {
      const { fault } = standing;
      if (isOfKind(fault, kind) && this.#fires(standing)) return fault;
    }
    return null;
  }

  /** Undoes a `take`, for a fault that breaks deliveries and met a request that delivered nothing. */
  giveBack(standing: StandingRequestFault): void {
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

  #fires(standing: StandingFault): boolean {
    const { probability } = standing.fault;
    if (standing.remaining === 0) return false;
    if (probability !== undefined && this.#random() >= probability) return false;
    standing.fired += 1;
    if (standing.remaining !== null) standing.remaining -= 1;
    return true;
  }

  #stand(fault: Fault): StandingFault {
    this.#lastId += 1;
    const remaining = fault.probability === undefined ? (fault.count ?? 1) : null;
    const standing = { id: `fault-${this.#lastId}`, fault, fired: 0, remaining };
    this.#standing.push(standing);
    return standing;
  }
}
