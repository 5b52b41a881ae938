import type { ExportedSpan } from './otlpReceiver.js';

/**
 * A trace as a tree of text: a line a span, children below their parent in the order in which they began,
 * with the process it comes from, when it began and how long it took (ms).
 */
export function spanTree(spans: readonly ExportedSpan[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId }) => !parentSpanId || !ids.has(parentSpanId));
  const origin = Math.min(...spans.map(({ startMs }) => startMs));
  return linesOf(roots, spans, origin, '').join('\n');
}

function linesOf(
  siblings: readonly ExportedSpan[],
  all: readonly ExportedSpan[],
  origin: number,
  indent: string,
): string[] {
  const inOrder = [...siblings].sort((a, b) => a.startMs - b.startMs);
  return inOrder.flatMap((span, at) => {
    const isLast = at === inOrder.length - 1;
    const children = all.filter(({ parentSpanId }) => parentSpanId === span.spanId);
    const status = span.attributes['http.response.status_code'];
    const label = [`${indent}${isLast ? '└─' : '├─'} ${span.name}`, ...(status ? [status] : [])];
    const from = (span.startMs - origin).toFixed(0).padStart(5);
    const took = (span.endMs - span.startMs).toFixed(0).padStart(5);
    const line = `${label.join(' ').padEnd(56)} ${span.service.padEnd(6)} ${from} ${took}`;
    return [line, ...linesOf(children, all, origin, `${indent}${isLast ? '   ' : '│  '}`)];
  });
}

/** What of a drawn tree is the same each time: everything but the numbers at the end. */
export function withoutTimes(tree: string): string[] {
  return tree
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +\d+ +\d+$/, ''));
}
