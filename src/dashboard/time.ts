import { type Html, html } from './html.js';

/** A moment (epoch ms) for people and machines; in UTC, as the logs have it. */
export function time(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}
