import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';

/** A case that has to be answered at once, on a quiet machine and on a busy one. */
export const HANG_MS = 1_000;
/** A slow case is tried so often alone: what was in the machine's way is not in its way each time. */
const TRIED_AGAIN = 3;

/** What was found wrong, with what repeats it. */
export interface Finding {
  property: string;
  seed: number;
  /** Leads fast-check to the shrunk case. */
  path: string;
  complaint: string;
  /** The smallest case that was found, as TypeScript. */
  smallest: string;
}

export interface Tried {
  cases: number;
  slowestMs: number;
  findings: Finding[];
}

interface TryOptions {
  cases: number;
  seed: number;
  path?: string;
}

/** Something that holds for every case that can be drawn. */
export interface Property {
  name: string;
  /** Its share of the cases of its target. */
  weight: number;
  try(options: TryOptions): Promise<Tried>;
}

class Complaint extends Error {
  override readonly name = 'Complaint';
}

export interface PropertyOptions<T> {
  weight?: number;
  /** Milliseconds that a case may take. */
  allowedMs?: (value: T) => number;
}

/** Findings of one property after which it has been tried enough. */
const MOST_FINDINGS = 5;

/**
 * `check` answers what is wrong with a case, or nothing. What it throws is wrong, too, and so is a case that
 * takes longer than a second each time it is tried.
 */
export function property<T>(
  name: string,
  cases: fc.Arbitrary<T>,
  check: (value: T) => Promise<string | undefined> | string | undefined,
  { weight = 1, allowedMs = () => HANG_MS }: PropertyOptions<T> = {},
): Property {
  return {
    name,
    weight,
    async try({ cases: wanted, seed, path }) {
      const tried: Tried = { cases: 0, slowestMs: 0, findings: [] };
      while (tried.cases < wanted && tried.findings.length < MOST_FINDINGS) {
        const at = seed + tried.findings.length;
        const holds = fc.asyncProperty(cases, (value) =>
          judge(() => check(value), allowedMs(value), tried),
        );
        const left = wanted - tried.cases;
        const details = await fc.check(holds, { numRuns: left, seed: at, path });
        tried.cases += Math.max(1, details.numRuns);
        if (!details.failed) break;
        tried.findings.push({
          property: name,
          seed: at,
          path: details.counterexamplePath ?? '',
          complaint: messageOf(details.errorInstance),
          smallest: fc.stringify(details.counterexample?.[0]),
        });
        if (path !== undefined) break;
      }
      return tried;
    },
  };
}

/** Throws what is wrong: fast-check looks for a smaller case then. */
async function judge(
  check: () => Promise<string | undefined> | string | undefined,
  allowedMs: number,
  tried: Tried,
): Promise<void> {
  let quickest = Number.POSITIVE_INFINITY;
  for (let time = 0; time < TRIED_AGAIN && quickest > allowedMs; time += 1) {
    // Cases that wait for nothing would keep timers from running, the one by which the watchdog sees life too.
    await setImmediate();
    const began = performance.now();
    const complaint = await check();
    quickest = Math.min(quickest, performance.now() - began);
    if (complaint !== undefined) throw new Complaint(complaint);
  }
  tried.slowestMs = Math.max(tried.slowestMs, quickest);
  if (quickest > allowedMs) throw new Complaint(`took ${Math.round(quickest)} ms each time`);
}

function messageOf(error: unknown): string {
  if (error instanceof Complaint) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
