import type { FastifyRequest } from 'fastify';
import { type Html, html } from '../../html/html.js';

/** The parts of the console, in the order in which the bar on top has them. */
const SECTIONS = {
  overview: { title: 'Overview', path: '/' },
  campaigns: { title: 'Campaigns', path: '/campaigns' },
  notifications: { title: 'Notifications', path: '/notifications' },
  suppressions: { title: 'Suppressions', path: '/suppressions' },
  templates: { title: 'Templates', path: '/templates' },
  webhooks: { title: 'Webhooks', path: '/webhooks' },
  queues: { title: 'Queues', path: '/queues' },
  settings: { title: 'Settings', path: '/settings' },
  audit: { title: 'Audit', path: '/audit' },
  docs: { title: 'API', path: '/docs' },
} as const;

export type Section = keyof typeof SECTIONS;

/** Links to every part that this api serves; `current` is marked for eyes and for screen readers. */
export function navigation({ server }: FastifyRequest, current: Section | undefined): Html {
  const served = Object.entries(SECTIONS).filter(([, { path }]) =>
    server.hasRoute({ method: 'GET', url: path }),
  );
  return html`<nav aria-label="Pages">${served.map(([id, { title, path }]) =>
    id === current
      ? html`<a href="${path}" aria-current="page">${title}</a>`
      : html`<a href="${path}">${title}</a>`,
  )}</nav>`;
}
