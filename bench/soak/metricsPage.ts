/** What one process of the product says of itself at one moment. */
export interface Sample {
  /** Milliseconds since the load began; negative before. */
  at: number;
  residentBytes: number;
  /** Sockets, timers of the system, pipes: what keeps an event loop alive. */
  handles: number;
  /** Steps of notifications by the state entered, with its reason: `sent`, `skipped no_history`. */
  steps: ReadonlyMap<string, number>;
}

const STEP = /^notifier_notifications_total\{([^}]*)\} (\d+)$/gm;

/** Reads the page that Prometheus reads. */
export function sampleFrom(page: string, at: number): Sample {
  return {
    at,
    residentBytes: sumOf(page, 'process_resident_memory_bytes'),
    handles: sumOf(page, 'nodejs_active_handles'),
    steps: stepsIn(page),
  };
}

function stepsIn(page: string): Map<string, number> {
  const steps = new Map<string, number>();
  for (const [, labels = '', count] of page.matchAll(STEP)) {
    const label = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    const step = `${label('state')} ${label('reason')}`.trim();
    steps.set(step, (steps.get(step) ?? 0) + Number(count));
  }
  return steps;
}

/** Over all labels. */
function sumOf(page: string, name: string): number {
  const lines = page.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'));
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

/**
 * By how much a value grows in a unit of time: the slope of the straight line with the least squares. A
 * difference between the last and the first would say what the collector of garbage had done just then.
 */
export function slope(points: readonly { at: number; value: number }[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const at = mean(points.map((point) => point.at));
  const value = mean(points.map((point) => point.value));
  const covariance = mean(points.map((point) => (point.at - at) * (point.value - value)));
  const variance = mean(points.map((point) => (point.at - at) ** 2));
  return variance === 0 ? 0 : covariance / variance;
}
