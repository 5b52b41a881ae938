import type { Readiness } from '../ops/healthServer.js';

/** A role that runs in this process until it is stopped. */
export interface RunningRole {
  /** Where it listens, if it does. */
  url?: string;
  /** Its pages for people, by what they are. */
  pages?: Readonly<Record<string, string>>;
  /** Whether it gets its work done. */
  readiness?(): Promise<Readiness>;
  /** Ends it in order; may be called more than once. */
  stop(): Promise<void>;
}
