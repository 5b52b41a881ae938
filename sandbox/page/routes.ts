import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { BEHAVIOUR_KINDS } from '../behaviours.js';
import { findCustomer, patchCustomer } from '../control/customers.js';
import { ControlError, checked } from '../control/input.js';
import type { World } from '../state.js';
import { inboxPage } from './inboxPage.js';

/**
 * The page's only script. Looks every two seconds whether anything changed, and replaces just the
 * parts that did, so that nothing that is being read, typed or focused goes away: parts are marked
 * `data-live`, and the children of a `data-live-list` are kept as long as they stay the same. The
 * page works without it.
 */
const REFRESH_SCRIPT = `
const seen = new Map();
const parts = (root) => [...root.querySelectorAll('[data-live]')];
for (const part of parts(document)) seen.set(part.dataset.live, part.outerHTML);

function refocus(id) {
  if (id && document.activeElement === document.body) document.getElementById(id)?.focus();
}

function renew(fresh) {
  const focused = document.activeElement?.id;
  for (const list of document.querySelectorAll('[data-live-list]')) {
    const next = fresh.querySelector('[data-live-list="' + list.dataset.liveList + '"]');
    if (!next) continue;
    const kept = new Map([...list.children].map((child) => [child.dataset.live, child]));
    const wanted = new Set([...next.children].map((child) => child.dataset.live));
    for (const [key, child] of kept) if (!wanted.has(key)) child.remove();
    let before = list.firstElementChild;
    for (const child of [...next.children]) {
      const old = kept.get(child.dataset.live);
      if (old) { before = old.nextElementSibling; continue; }
      seen.set(child.dataset.live, child.outerHTML);
      list.insertBefore(child, before);
    }
  }
  const now = new Map(parts(fresh).map((part) => [part.dataset.live, part]));
  for (const part of parts(document)) {
    const next = now.get(part.dataset.live);
    if (!next || seen.get(part.dataset.live) === next.outerHTML) continue;
    seen.set(part.dataset.live, next.outerHTML);
    part.replaceWith(next);
  }
  refocus(focused);
}

const busy = () => document.activeElement !== document.body || document.querySelector('.faults details[open]');

async function look() {
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const other = page.querySelector('main h2')?.textContent !== document.querySelector('main h2')?.textContent;
    if (response.ok && other && !busy()) location.reload();
    else if (response.ok && !other) renew(page);
  } catch {
    // The sandbox was stopped; it may come back.
  }
  setTimeout(look, 2000);
}
setTimeout(look, 2000);
`;

/** Plain on purpose; light and dark by the reader's own setting, one column on a phone. */
const STYLE = `
:root { color-scheme: light dark; --back: #fff; --card: #f5f6f8; --line: #c9ced6; --ink: #16191f;
  --quiet: #555d6b; --link: #0b57b8; --strong: #0b57b8; --strong-ink: #fff; --warn: #a4161a; --good: #1b6b3a; }
@media (prefers-color-scheme: dark) { :root { --back: #14171c; --card: #1e232b; --line: #414a58;
  --ink: #e8eaee; --quiet: #a7b0be; --link: #8fc1ff; --strong: #8fc1ff; --strong-ink: #10151c;
  --warn: #ff9c9c; --good: #86d9a4; } }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); }
h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1.25rem; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; } h4 { font-size: 1rem; margin: .5rem 0; }
a { color: var(--link); } .quiet, small, dt, time { color: var(--quiet); }
time, small, dt, footer { font-size: .85rem; }
button, input, select { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--quiet);
  border-radius: .35rem; padding: .3rem .6rem; max-width: 100%; min-height: 2.25rem; }
button { background: var(--card); cursor: pointer; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; } main:focus { outline: none; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: .5rem; top: .5rem; background: var(--back); padding: .5rem; }
.top { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; padding: .75rem 1rem;
  border-bottom: 1px solid var(--line); } .top p { margin: 0; color: var(--quiet); flex: 1; }
[role=alert] { margin: 1rem; padding: .5rem 1rem; border: 2px solid var(--warn); color: var(--warn); }
.page { display: grid; grid-template-columns: minmax(15rem, 20rem) minmax(0, 1fr); }
.side { padding: 1rem; border-right: 1px solid var(--line); } main { padding: 1rem; min-width: 0; }
nav form { display: flex; flex-wrap: wrap; gap: .25rem; } nav label { width: 100%; } nav input { flex: 1; min-width: 0; }
nav ul { list-style: none; margin: .75rem 0 1.5rem; padding: 0; max-height: 60vh; overflow-y: auto; }
nav a { display: block; padding: .4rem .6rem; border-left: 4px solid transparent; text-decoration: none; color: var(--ink); }
nav a:hover { background: var(--card); } nav a[aria-current] { background: var(--card); border-color: var(--strong); }
nav a span { display: block; overflow-wrap: anywhere; } .name { font-weight: 600; } .address { color: var(--quiet); font-size: .85rem; }
.often { color: var(--link); font-size: .85rem; }
.faults ul { padding-left: 1.2rem; } .faults h2 { font-size: 1rem; }
.fields { display: grid; gap: .6rem; margin-top: .5rem; } .fields label { display: grid; } .fields .check { display: block; } .check input { min-height: 0; } summary { cursor: pointer; padding: .25rem 0; }
dl { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0 0 .75rem; } dd { margin: 0; overflow-wrap: anywhere; }
.switches { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin-bottom: 1rem; }
.switches form { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; }
.state::before { content: '○ '; } .state.on::before { content: '● '; color: var(--good); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem; align-items: start; }
.message { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; margin-bottom: 1rem; background: var(--card); }
.message header { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; } .message header time { margin-left: auto; }
.message footer { color: var(--quiet); overflow-wrap: anywhere; margin-top: .5rem; }
.badge { background: var(--strong); color: var(--strong-ink); border-radius: 1rem; padding: 0 .6rem; font-size: .85rem; }
.alike { color: var(--warn); font-size: .85rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; }
iframe { width: 100%; height: 24rem; resize: vertical; border: 1px solid var(--line); background: #fff; color-scheme: light; margin-top: .5rem; }
.said ol { list-style: none; padding: 0; margin: .25rem 0 1rem; } .said li { border-left: 4px solid var(--line); padding: .1rem .75rem; margin: .4rem 0; }
.said li.customer { border-color: var(--good); } .said li.api { border-color: var(--strong); } .said p { margin: 0; }
.who { font-size: .85rem; font-weight: 600; }
.foot { padding: 1rem; border-top: 1px solid var(--line); color: var(--quiet); }
@media (max-width: 45rem) { .page { grid-template-columns: minmax(0, 1fr); } .side { border-right: 0; border-bottom: 1px solid var(--line); }
  nav ul { max-height: 14rem; } }
`;

const HOME = '/_sandbox/inbox';

/** Nothing but the page's own style and script, and mail in frames. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Mail runs nothing, loads nothing from anywhere, leads nowhere, and has an origin of its own. */
const MAIL_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'self'";

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

const querySchema = z.object({
  who: z.string().max(400).default(''),
  search: z.string().max(400).default(''),
});
const flag = z.stringbool().optional();
const switchSchema = z.object({ online: flag, activeConversation: flag });
const keySchema = z.object({ id: z.string() });
const mailSchema = z.object({ messageId: z.string() });

/** The inbox for people: a page that works without its script, and the forms on it. */
export function pageRoutes(app: FastifyInstance, world: World): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ ...HEADERS, 'content-security-policy': PAGE_POLICY });
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    const alert = status === 500 ? 'Something went wrong in the sandbox.' : error.message;
    sendPage(reply.code(status), inboxPage(world, { who: '', search: '' }, alert));
  });

  app.get('/', ({ query }, reply) => {
    sendPage(reply, inboxPage(world, checked(querySchema, query)));
  });
  app.get('/style.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE));
  app.get('/refresh.js', (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(REFRESH_SCRIPT),
  );
  app.get('/mail/:messageId', ({ params }, reply) => {
    const { messageId } = checked(mailSchema, params);
    const delivery = world.inbox.list().find((each) => each.messageId === messageId);
    if (delivery === undefined || delivery.html === null)
      throw new ControlError(404, 'no such mail');
    reply.header('content-security-policy', MAIL_POLICY);
    return reply.type('text/html; charset=utf-8').send(delivery.html);
  });

  app.post('/customers/:id', ({ params, body }, reply) => {
    const customer = findCustomer(world, checked(keySchema, params).id);
    if (customer === undefined) throw new ControlError(404, 'no such customer');
    patchCustomer(world, customer, checked(switchSchema, body));
    return back(reply, customer.id);
  });
  app.post('/faults', ({ body }, reply) => {
    const { back: who = '', ...fields } = checked(z.record(z.string(), z.string()), body);
    const added = world.faults.define(faultFrom(fields));
    if (!added.ok) throw new ControlError(400, `That fault cannot be armed: ${added.message}`);
    return back(reply, who);
  });
  app.post('/faults/clear', ({ body }, reply) => {
    world.faults.clear();
    return back(reply, checked(z.object({ back: z.string().default('') }), body).back);
  });
  app.post('/clear', (_request, reply) => {
    world.inbox.clear();
    return back(reply, '');
  });
}

/**
 * A form is text throughout: what was left empty is left out, the rest gets the type it stands for. Its
 * endpoint is left out for a kind that has none.
 */
function faultFrom(fields: Record<string, string>): Record<string, unknown> {
  const types: Record<string, (text: string) => unknown> = {
    count: Number,
    probability: Number,
    seconds: Number,
    ms: Number,
    delivered: (text) => text === 'true',
  };
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value.trim() !== '')
      .filter(([name]) => name !== 'endpoint' || !BEHAVIOUR_KINDS.has(fields.kind ?? ''))
      .map(([name, value]) => [name, types[name]?.(value) ?? value]),
  );
}

function sendPage(reply: FastifyReply, page: string): void {
  reply.type('text/html; charset=utf-8').send(page);
}

/** 303: the page is got anew, and reloading it does not send the form again. */
function back(reply: FastifyReply, who: string): FastifyReply {
  const query = who === '' ? '' : `?${new URLSearchParams({ who }).toString()}`;
  return reply.redirect(`${HOME}${query}`, 303);
}
