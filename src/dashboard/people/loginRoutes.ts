import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError } from '../../api/errorHandler.js';
import { httpProblem, sendProblem } from '../../api/problems.js';
import type { AuditLog } from '../../audit/auditLog.js';
import type { Caller } from '../../audit/caller.js';
import { html } from '../../html/html.js';
import { foreignOrigin } from '../../http/requestOrigin.js';
import type { Person } from '../../people/role.js';
import { RedisUnavailableError } from '../../queue/notifierErrors.js';
import { button, field, panel } from '../page/components.js';
import { sendPage, sendRedisUnavailable } from '../page/layout.js';
import { refuseByRole } from './access.js';
import type { Accounts } from './accounts.js';
import { LoginAttempts } from './loginAttempts.js';
import type { EndedSessions, Sessions } from './loginSessions.js';

/** Who may log in, and who has. */
export interface Logins {
  accounts: Pick<Accounts, 'check'>;
  audit: Pick<AuditLog, 'act'>;
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
  const session = await sessions.read(headers.cookie, Date.now());
  if (session === undefined || (await ended.has(session))) return undefined;
  return session.person;
}

/** Where a login may lead: to our own pages, and to no other site by any trick of spelling. */
const OWN_PAGE = /^\/(?!log(?:in|out)\b|assets\/|live\/|v1\/)[A-Za-z0-9._~%/?=&-]*$/;

/** The way in and the way out. Absent where there is no login. */
export function loginRoutes(app: FastifyInstance, logins: Logins): void {
  const { sessions, ended } = logins;
  const attempts = new LoginAttempts();

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'referrer-policy': 'same-origin', 'x-frame-options': 'DENY' });
    const foreign = foreignOrigin(request, { loopbackNamesOnly: false, programsMayWrite: false });
    if (foreign !== undefined) return sendProblem(reply, httpProblem(403, foreign));
  });

  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof RedisUnavailableError)) return answerError(error, request, reply);
    return sendRedisUnavailable(request, reply, error);
  });

  app.get<{ Querystring: { next?: unknown } }>('/login', async (request, reply) =>
    sendLogin(request, reply, { next: ownPage(request.query.next) }),
  );

  app.post<{ Body: URLSearchParams | undefined }>('/login', async (request, reply) => {
    const form = request.body ?? new URLSearchParams();
    const next = ownPage(form.get('next'));
    const name = form.get('user') ?? '';
    const attempt = attempts.begin(name, request.ip);
    if (attempt.kind === 'wait') {
      reply.header('retry-after', attempt.seconds);
      const problem = `Too many wrong logins. Try again in ${attempt.seconds} s.`;
      return sendLogin(request, reply, { next, status: 429, problem });
    }
    const cookie = await logIn(logins, request, {
      name,
      password: form.get('password') ?? '',
    }).then(
      (begun) => {
        attempt.end(begun !== undefined);
        return begun;
      },
      (error: unknown) => {
        attempt.end(false);
        throw error;
      },
    );
    if (cookie === undefined) {
      request.log.warn('a login to the dashboard failed');
      return sendLogin(request, reply, { next, status: 401, problem: 'That is not the login.' });
    }
    reply.header('set-cookie', cookie);
    return reply.redirect(next, 303);
  });

  app.post('/logout', async (request, reply) => {
    reply.header('set-cookie', sessions.end(byHttps(request)));
    const now = Date.now();
    const session = await sessions.read(request.headers.cookie, now);
    if (session !== undefined) {
      const by = callerOf(session.person, request);
      await logins.audit.act(
        by,
        { what: 'logout' },
        () => ended.end(session, now),
        () => DONE,
      );
    }
    return reply.redirect('/login', 303);
  });
}

const DONE = { outcome: 'done' } as const;

function callerOf({ name, role }: Person, { ip }: FastifyRequest): Caller {
  return { name, role, from: 'page', address: ip };
}

/**
 * The cookie of the session that this begins; undefined where name and password do not fit. Wrong
 * passwords are not in the audit, where a guesser could crowd out what others did; the log has them.
 */
async function logIn(
  { accounts, audit, sessions }: Logins,
  request: FastifyRequest,
  { name, password }: { name: string; password: string },
): Promise<string | undefined> {
  const user = await accounts.check(name, password);
  if (user === undefined) return undefined;
  const begin = () => sessions.begin(user.name, Date.now(), byHttps(request));
  return audit.act(callerOf(user, request), { what: 'login' }, begin, () => DONE);
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
${problem === undefined ? undefined : panel('bad', html`<p>${problem}</p>`, 'alert')}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
${field({ label: 'User', name: 'user', required: true, autocomplete: 'username' })}
${field({ label: 'Password', name: 'password', type: 'password', required: true, autocomplete: 'current-password' })}
<p>${button('Log in', 'main')}</p>
</form>`;
  return sendPage(request, reply, { title: 'Log in', section: 'none', body, status });
}
