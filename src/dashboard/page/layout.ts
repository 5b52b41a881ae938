import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Html, html } from '../../html/html.js';
import type { RedisUnavailableError } from '../../queue/notifierErrors.js';
import { describeRedisFault } from '../../redis/redisFault.js';
import { type AssetName, assetOf } from './assets.js';
import { moment, panel } from './components.js';
import { navigation, type Section } from './navigation.js';

/** Style, scripts, forms and live parts from here, and nothing else: nothing inline, no eval. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The same for a page that shows emails (mailPreview.ts): each lies in a frame of its own. */
const POLICY_WITH_FRAMES = `${POLICY}; frame-src 'self'`;

/** What htmx would do that the policy refuses: evaluate texts, and write a style sheet into the page. */
const HTMX_CONFIG = JSON.stringify({
  allowEval: false,
  includeIndicatorStyles: false,
  allowScriptTags: false,
  historyCacheSize: 0,
});

export interface Page {
  /** Of the tab; the body has the one h1. */
  title: string;
  /** Where it belongs in the bar on top; `none` for the page of the login, which has no bar. */
  section?: Section | 'none';
  body: Html;
  status?: number;
  /** Whether parts of it are live (liveUpdates.ts): it then loads what they need. */
  live?: boolean;
  /** Whether emails are shown in it. */
  frames?: boolean;
  /** Further scripts; each finds its own elements once the page is there. */
  scripts?: readonly AssetName[];
  /** Scripts without which the page can be read and used: they run once it is seen. */
  laterScripts?: readonly AssetName[];
}

/** Sends one of our own pages: everything but live parts works without any script. */
export function sendPage(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
  const { title, section, body, status, live, frames, scripts = [], laterScripts = [] } = page;
  const later: AssetName[] = live
    ? ['htmx.js', 'sse.js', 'live.js', ...laterScripts]
    : [...laterScripts];
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="htmx-config" content="${HTMX_CONFIG}">
<title>${title} · proactive-notifier</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${assetOf('console.css').url}">
${scripts.map((name) => html`<script src="${assetOf(name).url}" defer></script>\n`)}${loadedLater(later)}</head>
<body>
${section === 'none' ? undefined : bar(request, section)}
<main id="main"${section === 'none' ? html` class="narrow"` : undefined}>
${body}
</main>
</body>
</html>
`;
  return reply
    .code(status ?? 200)
    .header('content-security-policy', frames ? POLICY_WITH_FRAMES : POLICY)
    .type('text/html; charset=utf-8')
    .send(document.text);
}

function loadedLater(names: readonly AssetName[]): Html | undefined {
  if (names.length === 0) return undefined;
  const urls = names.map((name) => assetOf(name).url).join(' ');
  return html`<script src="${assetOf('afterPaint.js').url}" data-scripts="${urls}" defer></script>\n`;
}

function bar(request: FastifyRequest, section: Section | undefined): Html {
  const { person } = request;
  return html`<a class="skip" href="#main">Skip to the content</a>
<header class="bar"><div><strong>proactive-notifier</strong>
${navigation(request, section)}
${person === undefined ? undefined : html`<form method="post" action="/logout"><span>${person.name}, ${person.role}</span> <button>Log out</button></form>`}
</div></header>`;
}

/** Whether a person sees the answer as a page; a script of ours puts it into one. */
export function wantsPage({ headers }: FastifyRequest): boolean {
  return /\btext\/html\b/.test(headers.accept ?? '');
}

/** In place of what cannot be answered: why not, and what to do. A script gets the words alone. */
export function sendRedisUnavailable(
  request: FastifyRequest,
  reply: FastifyReply,
  { fault }: RedisUnavailableError,
): FastifyReply {
  const title = 'Redis is unavailable';
  reply.header('retry-after', 5);
  const since = request.server.redisDownSince?.();
  const from =
    since === undefined ? undefined : html` It has been so since ${moment(since, Date.now())}.`;
  const said = (heading?: Html) =>
    panel(
      'bad',
      html`${heading}<p>${describeRedisFault(fault)}${from}</p><p>What is kept there cannot be read just now. Nothing is
lost by that: try again in a moment. If you pressed a button, look whether it was done before you press it
again.</p>`,
      'alert',
    );
  if (wantsPage(request)) {
    return sendPage(request, reply, {
      title,
      body: html`<h1>${title}</h1>
${said()}`,
      status: 503,
    });
  }
  const heading = html`<p><strong>${title}.</strong></p>`;
  return reply.code(503).type('text/html; charset=utf-8').send(said(heading).text);
}
