import type { ReleaseStep } from '#product/campaign/release.js';
import type { AttemptEvent } from '#product/dispatch/jobAttempt.js';

/** What a worker says to the harness about its work. */
export type WorkerReport =
  | { kind: 'started' }
  | { kind: 'step'; step: AttemptEvent; id: string }
  | { kind: 'release'; step: ReleaseStep };
