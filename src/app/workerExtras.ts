import type { ReleaseObserver } from '../campaign/release.js';
import type { AttemptObserver } from '../dispatch/jobAttempt.js';
import type { Limiter } from '../genesys/call.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Policy } from '../policy/policy.js';
import type { PrefetchObserver } from '../prefetch/prefetchTask.js';
import type { ReconcileObserver } from '../reconcile/lookOutcome.js';

/** What tests and benchmarks give a worker beside its configuration. */
export interface WorkerExtras {
  observe?: AttemptObserver;
  observeRelease?: ReleaseObserver;
  observePrefetch?: PrefetchObserver;
  observeReconcile?: ReconcileObserver;
  /** How often a bulk job is asked for its state at first (ms). */
  prefetchPollMs?: number;
  /** After how long a conversation is in the platform's statistics (ms). */
  prefetchSettlesAfterMs?: number;
  metrics?: Metrics;
  /** Instead of the rules of the configuration; for testing. */
  policy?: Policy;
  /** Instead of the request budget; for measuring without it. */
  admission?: Limiter;
  /** What counts as a minute of the request budget; for measuring and testing in less time. */
  minuteMs?: number;
  /** How long the socket for delivery events may be silent (ms); for testing in less time. */
  silentAfterMs?: number;
}
