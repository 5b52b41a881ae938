import type { FleetStatus } from '../queue/operations.js';
import { type Html, html } from './html.js';
import { time } from './time.js';

/** What holds up the whole deployment just now: a pause, a closed gate. Nothing when it runs. */
export function standingOf({ pause, gate }: FleetStatus): Html[] {
  const panels: Html[] = [];
  if (pause !== undefined) {
    const by = pause.by === undefined ? '' : ` by ${pause.by}`;
    panels.push(html`<div class="panel bad" role="status"><p><strong>All sending is paused</strong>${by},
since ${time(pause.since)}: ${pause.reason}</p></div>`);
  }
  if (gate.closed) {
    panels.push(html`<div class="panel open" role="status"><p><strong>The gate is closed</strong> until
${time(gate.until)}: Genesys Cloud answered ${gate.reason.operation} with a 429 and asked for
${Math.ceil(gate.reason.retryAfterMs / 1000)} s of silence. Nothing is sent until then.</p></div>`);
  }
  return panels;
}
