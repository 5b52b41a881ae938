import { type Html, html } from '../../html/html.js';
import { type FlowMinute, HOUR_MS, MINUTE_MS } from '../../queue/flowHistory.js';
import { assetOf } from '../page/assets.js';
import { clock, table } from '../page/components.js';

/** The lines of the plot; each minute is a mean, where a point stands for several. */
const LINES = ['sent', 'requests', 'failed', 'fallback'] as const;

/** A span that is plotted: how long, and how many minutes a point stands for. */
const SPANS = {
  hour: { ms: HOUR_MS, minutesAPoint: 1 },
  day: { ms: 24 * HOUR_MS, minutesAPoint: 5 },
} as const;

/** What the script of the plot reads: for each span the points in time (epoch s) and the lines over them. */
export interface PlotData {
  budget: number;
  spans: Record<keyof typeof SPANS, Record<'at' | (typeof LINES)[number], number[]>>;
}

/** The minute that is not over yet is left out: it would look like a fall. */
export function plotData(minutes: readonly FlowMinute[], budget: number): PlotData {
  const over = minutes.slice(0, -1);
  return {
    budget,
    spans: {
      hour: span(over, SPANS.hour),
      day: span(over, SPANS.day),
    },
  };
}

function span(
  minutes: readonly FlowMinute[],
  { ms, minutesAPoint }: (typeof SPANS)[keyof typeof SPANS],
): PlotData['spans']['hour'] {
  const last = minutes.slice(-ms / MINUTE_MS);
  const points: FlowMinute[][] = [];
  for (let at = 0; at < last.length; at += minutesAPoint) {
    points.push(last.slice(at, at + minutesAPoint));
  }
  const mean = (line: (typeof LINES)[number]) =>
    points.map((point) => round(sum(point, line) / point.length));
  return {
    at: points.map(([first]) => (first?.at ?? 0) / 1_000),
    sent: mean('sent'),
    requests: mean('requests'),
    failed: mean('failed'),
    fallback: mean('fallback'),
  };
}

function sum(minutes: readonly FlowMinute[], line: Exclude<keyof FlowMinute, 'at'>): number {
  return minutes.reduce((total, minute) => total + minute[line], 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The plot, drawn by its script; the numbers stand in a table beside it for those who do not see it. */
export function flowPlot(): Html {
  return html`<section class="card" aria-labelledby="flow">
<div class="plot-head"><h2 id="flow">Flow</h2>
<p class="buttons" data-plot-spans><button type="button" aria-pressed="true" data-span="hour">Last hour</button>
<button type="button" aria-pressed="false" data-span="day">24 hours</button></p></div>
<ul class="legend"><li class="sent">Sent a minute</li><li class="requests">Requests a minute</li>
<li class="budget">Budget of requests</li><li class="failed">Failed</li><li class="fallback">Fallbacks</li></ul>
<div class="plot" data-plot="/overview/flow.json" data-script="${assetOf('uplot.js').url}" data-style="${assetOf('uplot.css').url}" role="img" aria-label="Plot of what was sent; the table below has the numbers"></div>
</section>`;
}

interface Hour {
  at: number;
  minutes: readonly FlowMinute[];
}

/** The same by the hour, the latest first. */
export function flowTable(minutes: readonly FlowMinute[], now: number): Html {
  const hours = new Map<number, FlowMinute[]>();
  for (const minute of minutes) {
    const at = Math.floor(minute.at / HOUR_MS) * HOUR_MS;
    hours.set(at, [...(hours.get(at) ?? []), minute]);
  }
  const rows = [...hours].map(([at, of]): Hour => ({ at, minutes: of })).reverse();
  const number = (title: string, line: Exclude<keyof FlowMinute, 'at'>) => ({
    title,
    kind: 'number' as const,
    cell: (hour: Hour) => sum(hour.minutes, line).toLocaleString('en'),
  });
  return table(
    'What flowed by the hour',
    [
      { title: 'Hour', cell: ({ at }) => clock(at, now) },
      number('Sent', 'sent'),
      number('Fallbacks', 'fallback'),
      number('Failed', 'failed'),
      number('Undelivered', 'undelivered'),
      number('Unknown', 'unknown'),
      number('Requests', 'requests'),
      number('429s', 'rateLimited'),
    ],
    rows,
  );
}
