import { type Html, html } from '../../html/html.js';

/** The way of a campaign, as its pages lead along it. */
const STEPS = [
  ['message', 'Message'],
  ['file', 'File'],
  ['check', 'Check and start'],
  ['report', 'Running and report'],
] as const;

export type WayStep = (typeof STEPS)[number][0];

/** Where on its way a campaign is. `links` lead back to steps that can still be changed. */
export function steps(current: WayStep, links: Partial<Record<WayStep, string>> = {}): Html {
  const at = STEPS.findIndex(([id]) => id === current);
  return html`<ol class="steps" aria-label="Steps of a campaign">${STEPS.map(
    ([id, title], place) => {
      const url = links[id];
      const text = url === undefined ? title : html`<a href="${url}">${title}</a>`;
      if (place === at) return html`<li aria-current="step">${title}</li>`;
      return html`<li${place < at ? html` class="done"` : undefined}>${text}</li>`;
    },
  )}</ol>`;
}
