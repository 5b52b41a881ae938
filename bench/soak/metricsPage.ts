/** What one process of the product says of itself at one moment. */
export interface Sample {
  /** Milliseconds since the load began; negative before. */
  at: number;
  residentBytes: number;
  /** Sockets, timers of the system, pipes: what keeps an event loop alive. */
  handles: number;
}

/** Reads the page that Prometheus reads. */
export function sampleFrom(page: string, at: number): Sample {
  return {
    at,
    residentBytes: sumOf(page, 'process_resident_memory_bytes'),
    handles: sumOf(page, 'nodejs_active_handles'),
  };
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
