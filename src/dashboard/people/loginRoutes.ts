import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { httpProblem, sendProblem } from '../../api/problems.js';
import { html } from '../../html/html.js';
import { foreignOrigin } from '../../http/requestOrigin.js';
import type { Person } from '../../people/role.js';
import { sendPage } from '../page/layout.js';
import { refuseByRole } from './access.js';
import type { EndedSessions, Sessions } from './loginSessions.js';

const FAILURES_ALLOWED = 10;
const WITHIN_MS = 60_000;
const CALLERS_REMEMBERED = 10_000;

/** Slows down the guessing of passwords: ten wrong ones a minute from one address, in this process. */
class LoginAttempts {
  readonly #failures = new LRUCache<string, number>({ max: CALLERS_REMEMBERED, ttl: WITHIN_MS });

  /** Seconds to wait before the next try from this address; 0 when it may try. */
  waitFor(address: string): number {
    if ((this.#failures.get(address) ?? 0) < FAILURES_ALLOWED) return 0;
    return Math.max(1, Math.ceil(this.#failures.getRemainingTTL(address) / 1000));
  }

  failed(address: string): void {
    const failures = (this.#failures.get(address) ?? 0) + 1;
    // The minute begins with the first failure, or a guesser once a minute would never be free again.
    const ttl = failures === 1 ? WITHIN_MS : this.#failures.getRemainingTTL(address);
    this.#failures.set(address, failures, { ttl: Math.max(1, ttl) });
  }
}

export interface Logins {
  sessions: Sessions;
  ended: EndedSessions;
}

/** Lets no one past who is not logged in, and nothing change that no page of ours has asked for. */
export function guard(app: FastifyInstance, logins: Logins | undefined): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'referrer-policy': 'same-origin', 'x-frame-options': 'DENY' });
    if (logins !== undefined) {
      const person = await personOf(request, logins);
      if (person === undefined) return askToLogIn(request, reply);
      request.person = person;
    }
    request.caller = { ...request.person, from: 'page', address: request.ip };
    const foreign = foreignOrigin(request, {
      loopbackNamesOnly: logins === undefined,
      programsMayWrite: false,
    });
    if (foreign !== undefined) return sendProblem(reply, httpProblem(403, foreign));
  });
  refuseByRole(app);
}

function askToLogIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const wantsPage = request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '');
  if (!wantsPage) return sendProblem(reply, httpProblem(401, 'Log in at /login.'));
  return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
}

async function personOf(
  { headers }: FastifyRequest,
  { sessions, ended }: Logins,
): Promise<Person | undefined> {
  const session = sessions.read(headers.cookie, Date.now());
  if (session === undefined || (await ended.has(session))) return undefined;
  return session.person;
}

/** Where a login may lead: to our own pages, and to no other site by any trick of spelling. */
const OWN_PAGE = /^\/(?!log(?:in|out)\b|assets\/|live\/|v1\/)[A-Za-z0-9._~%/?=&-]*$/;

/** The way in and the way out. Absent where there is no login. */
export function loginRoutes(app: FastifyInstance, { sessions, ended }: Logins): void {
  const attempts = new LoginAttempts();

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'referrer-policy': 'same-origin', 'x-frame-options': 'DENY' });
    const foreign = foreignOrigin(request, { loopbackNamesOnly: false, programsMayWrite: false });
    if (foreign !== undefined) return sendProblem(reply, httpProblem(403, foreign));
  });

  app.get<{ Querystring: { next?: unknown } }>('/login', async (request, reply) =>
    sendLogin(request, reply, { next: ownPage(request.query.next) }),
  );

  app.post<{ Body: URLSearchParams | undefined }>('/login', async (request, reply) => {
    const form = request.body ?? new URLSearchParams();
    const next = ownPage(form.get('next'));
    const wait = attempts.waitFor(request.ip);
    if (wait > 0) {
      reply.header('retry-after', wait);
      const problem = `Too many wrong logins. Try again in ${wait} s.`;
      return sendLogin(request, reply, { next, status: 429, problem });
    }
    const given = { user: form.get('user') ?? '', password: form.get('password') ?? '' };
    if (!sessions.isLogin(given)) {
      attempts.failed(request.ip);
      request.log.warn('a login to the dashboard failed');
      return sendLogin(request, reply, { next, status: 401, problem: 'That is not the login.' });
    }
    reply.header('set-cookie', sessions.begin(Date.now(), byHttps(request)));
    return reply.redirect(next, 303);
  });

  app.post('/logout', async (request, reply) => {
    reply.header('set-cookie', sessions.end(byHttps(request)));
    const now = Date.now();
    const session = sessions.read(request.headers.cookie, now);
    if (session !== undefined) await ended.end(session, now);
    return reply.redirect('/login', 303);
  });
}

function ownPage(next: unknown): string {
  return typeof next === 'string' && OWN_PAGE.test(next) && !next.includes('//') ? next : '/queues';
}

/** Behind a proxy only the browser knows that it came by https, and says so in `Origin`. */
function byHttps({ headers }: FastifyRequest): boolean {
  return headers.origin?.startsWith('https://') === true;
}

function sendLogin(
  request: FastifyRequest,
  reply: FastifyReply,
  { next, problem, status }: { next: string; problem?: string; status?: number },
): FastifyReply {
  const body = html`<h1>Log in</h1>
${problem === undefined ? undefined : html`<div class="panel bad" role="alert"><p>${problem}</p></div>`}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
<label>User <input name="user" autocomplete="username" autocapitalize="none" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Log in</button>
</form>`;
  return sendPage(request, reply, { title: 'Log in', section: 'none', body, status });
}
