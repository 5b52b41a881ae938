import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { Html, html } from '../html/html.js';
import type { FlowStatus, Obstacle } from '../queue/flowStatus.js';
import type { RedisUnavailableError } from '../queue/notifierErrors.js';
import { describeRedisFault } from '../redis/redisFault.js';

/** What keeps notifications from flowing, each with what to do about it. Nothing when they flow. */
export function obstaclePanels({ obstacles }: FlowStatus): Html[] {
  return obstacles.map((obstacle) => {
    const tone = obstacle.stops && obstacle.who === 'you' ? 'bad' : 'open';
    return html`<div class="panel ${tone}" role="status">${describeObstacle(obstacle)}</div>`;
  });
}

/** What is so, its first words strong, and what to do. */
export function describeObstacle(obstacle: Obstacle): Html {
  const [, first = obstacle.detail, rest = ''] = FIRST_WORDS.exec(obstacle.detail) ?? [];
  return html`<p><strong>${first}</strong>${rest}</p><p>${remedyOf(obstacle)}</p>`;
}

/** Up to the first sign that ends a part of a sentence; one within a time ends nothing. */
const FIRST_WORDS = /^(.+?[.;:])(\s.*)$/s;

function remedyOf({ remedy, command }: Obstacle): Html {
  if (command === undefined) return html`${remedy}.`;
  return html`${remedy}: <code>notifier ${command}</code>`;
}

const STYLE = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --back: #fff; --panel: #f4f6f8;
  --line: #d0d7de; --link: #0550ae; --good: #116329; --bad: #a40e26; --open: #7d4e00; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --quiet: #9da7b3; --back: #0d1117;
  --panel: #161b22; --line: #3d444d; --link: #79c0ff; --good: #7ee787; --bad: #ff9492; --open: #f0b72f; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); background: var(--back); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 60rem; margin: 0 auto; padding: 0.75rem 1rem; }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; align-items: center; border-bottom: 1px solid var(--line); }
header strong { margin-right: auto; }
header form { margin: 0; }
nav { display: flex; gap: 1rem; }
a { color: var(--link); }
h1 { font-size: 1.4rem; line-height: 1.3; margin: 1rem 0 0.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 0.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.25rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 1rem 0.35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
th { color: var(--quiet); font-weight: 600; }
td.id { overflow-wrap: anywhere; min-width: 9rem; }
th { white-space: nowrap; }
td:empty::before { content: "–"; color: var(--quiet); }
.wide { overflow-x: auto; }
.state { font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
.panel { background: var(--panel); border: 1px solid var(--line); border-left-width: 4px; border-radius: 6px; padding: 0.75rem 1rem; margin: 1rem 0; }
.panel.open { border-left-color: var(--open); color: var(--text); } .panel.bad { border-left-color: var(--bad); color: var(--text); }
.panel p { margin: 0 0 0.5rem; } .panel p:last-child { margin: 0; }
form.buttons { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 0.75rem 0; }
label { display: block; margin: 0.75rem 0; }
input { display: block; font: inherit; color: inherit; background: var(--back); border: 1px solid var(--quiet); border-radius: 6px; padding: 0.4rem 0.6rem; width: 100%; max-width: 26rem; }
input[type=checkbox] { width: auto; }
button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--quiet); border-radius: 6px; padding: 0.4rem 0.9rem; cursor: pointer; }
button:hover { border-color: var(--text); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
@media (max-width: 40rem) {
  table, tbody, tr, td { display: block; } thead { display: none; }
  tr { border-bottom: 1px solid var(--line); padding: 0.5rem 0; }
  td { border: 0; padding: 0.1rem 0; } td:empty { display: none; }
  td::before { content: attr(data-label) ": "; color: var(--quiet); }
}
`;

/** Nothing but the one style sheet and forms to ourselves; no script at all. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface Page {
  title: string;
  body: Html;
  /** Whether to offer the way out; absent where there is no login. */
  loggedIn?: boolean;
  status?: number;
}

/** In place of a page that cannot be made: why not, and what to do. */
export function sendRedisUnavailable(
  reply: FastifyReply,
  { fault }: RedisUnavailableError,
  loggedIn: boolean,
) {
  reply.header('retry-after', 5);
  const body = html`<h1>Redis is unavailable</h1>
<div class="panel bad" role="alert"><p>${describeRedisFault(fault)}</p><p>What is kept there cannot be read just now. Nothing is
lost by that: try again in a moment. If you pressed a button, look whether it was done before you press it
again. The log of the api says since when.</p></div>`;
  return sendPage(reply, { title: 'Redis is unavailable', body, loggedIn, status: 503 });
}

/** Sends one of our own pages: plain HTML, no script, readable without any style. */
export function sendPage(reply: FastifyReply, { title, body, loggedIn, status }: Page) {
  const logout = html`<form method="post" action="/logout"><button>Log out</button></form>`;
  const links = html`<a href="/queues">Queues</a> <a href="/notifications">Notifications</a>`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><strong>proactive-notifier</strong> ${loggedIn === undefined ? undefined : html`<nav aria-label="Pages">${links}</nav>`} ${loggedIn ? logout : undefined}</header>
<main>
${body}
</main>
</body>
</html>
`;
  return reply
    .code(status ?? 200)
    .header('content-security-policy', `${POLICY}; img-src data:`)
    .type('text/html; charset=utf-8')
    .send(page.text);
}

/** A moment (epoch ms) for people and machines; in UTC, as the logs have it. */
export function time(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}
