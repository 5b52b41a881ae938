import { type Html, html } from '../../html/html.js';
import type { FlowStatus, Obstacle } from '../../queue/flowStatus.js';

/** What keeps notifications from flowing, each with what to do about it. Nothing when they flow. */
export function obstaclePanels({ obstacles }: FlowStatus): Html[] {
  return obstacles.map((obstacle) => {
    const tone = obstacle.stops && obstacle.who === 'you' ? 'bad' : 'open';
    return html`<div class="panel ${tone}" role="status">${describeObstacle(obstacle)}</div>`;
  });
}

/** What is so, its first words strong, and what to do. */
function describeObstacle(obstacle: Obstacle): Html {
  const command = obstacle.command === undefined ? undefined : `notifier ${obstacle.command}`;
  const [, first = obstacle.detail, rest = ''] = FIRST_WORDS.exec(obstacle.detail) ?? [];
  return html`<p><strong>${first}</strong>${rest}</p><p>${remedyElsewhere({ ...obstacle, command })}</p>`;
}

/** On a page that has no button for it. `command` is whole, with the name of the program. */
export function remedyElsewhere({ kind, remedy, command }: Remedy): Html {
  if (command === undefined) return html`${remedy}.`;
  if (kind !== 'paused') return html`${remedy}: <code>${command}</code>`;
  return html`${remedy} <a href="/">on the overview</a>, or by <code>${command}</code>`;
}

interface Remedy {
  kind: string;
  remedy: string;
  command?: string;
}

/** Up to the first sign that ends a part of a sentence; one within a time ends nothing. */
const FIRST_WORDS = /^(.+?[.;:])(\s.*)$/s;

/** What to do about it. */
export function describeRemedy({ remedy, command }: Obstacle): Html {
  if (command === undefined) return html`${remedy}.`;
  return html`${remedy}: <code>notifier ${command}</code>`;
}
