import { FAULT_KINDS } from '../fault.js';
import type { Faults, StandingFault } from '../faults.js';
import { OPERATIONS } from '../operation.js';
import { type Html, html } from './html.js';

/** What some kinds take besides an endpoint; left empty, it is left out. */
const DETAILS = [
  { name: 'retryAfter', label: 'Retry-After', hint: '429, 503: "3", a date, or nonsense' },
  { name: 'ms', label: 'Milliseconds', hint: 'delay' },
  { name: 'seconds', label: 'Seconds', hint: 'trickle; for ever when empty' },
  { name: 'permission', label: 'Permission', hint: '403-permission' },
] as const;

/** Makes the platform misbehave; says what stands and how often it has fired. */
export function faultPanel(faults: Faults, back: string): Html {
  const standing = faults.list();
  return html`<section aria-labelledby="faults" class="faults">
    <h2 id="faults">Faults</h2>
    <div data-live="faults">
      ${standing.length === 0 && html`<p class="quiet">None: the platform behaves.</p>`}
      ${standing.length > 0 && html`<ul>${standing.map(faultView)}</ul>`}
      ${
        standing.length > 0 &&
        html`<form method="post" action="/_sandbox/inbox/faults/clear">
          <input type="hidden" name="back" value="${back}"><button>Remove all faults</button></form>`
      }
    </div>
    <details><summary>Arm a fault</summary>
      <form method="post" action="/_sandbox/inbox/faults" class="fields">
        <input type="hidden" name="back" value="${back}">
        <label>Endpoint <select name="endpoint">${options(['*', ...OPERATIONS])}</select></label>
        <label>Kind <select name="kind">${options(FAULT_KINDS)}</select></label>
        <label>Times <input name="count" inputmode="numeric" placeholder="1"></label>
        <label>or share <input name="probability" inputmode="decimal" placeholder="0 to 1"></label>
        ${DETAILS.map(
          ({ name, label, hint }) =>
            html`<label>${label} <input name="${name}"><small>${hint}</small></label>`,
        )}
        <label class="check"><input type="checkbox" name="delivered" value="true"> Takes effect first
          <small>stall</small></label>
        <button>Arm</button>
      </form>
    </details>
  </section>`;
}

function options(values: readonly string[]): Html[] {
  return values.map(
    (value) =>
      html`<option value="${value}">${value === '*' ? '* (every endpoint)' : value}</option>`,
  );
}

function faultView({ fault, fired, remaining }: StandingFault): Html {
  const often =
    remaining === null
      ? `on ${(fault.probability ?? 0) * 100} % of requests`
      : `${remaining} to go`;
  return html`<li><strong>${fault.kind}</strong> at ${fault.endpoint}: ${
    remaining === 0 ? 'spent' : often
  }, fired ${fired}</li>`;
}
