import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError } from '../../api/errorHandler.js';
import { httpProblem, sendProblem } from '../../api/problems.js';
import { type Html, html } from '../../html/html.js';
import { foreignOrigin } from '../../http/requestOrigin.js';
import { RedisUnavailableError } from '../../queue/notifierErrors.js';
import { button, field, panel } from '../page/components.js';
import { sendPage, sendRedisUnavailable } from '../page/layout.js';
import { type Logins, ownPage } from './guard.js';
import { LoginAttempts } from './loginAttempts.js';
import { ssoRoutes } from './ssoRoutes.js';

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
    sendLogin(logins, request, reply, { next: ownPage(request.query.next) }),
  );

  app.post<{ Body: URLSearchParams | undefined }>('/login', async (request, reply) => {
    const form = request.body ?? new URLSearchParams();
    const next = ownPage(form.get('next'));
    const name = form.get('user') ?? '';
    const attempt = attempts.begin(name, request.ip);
    if (attempt.kind === 'wait') {
      reply.header('retry-after', attempt.seconds);
      const problem = `Too many wrong logins. Try again in ${attempt.seconds} s.`;
      return sendLogin(logins, request, reply, { next, status: 429, problem });
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
      return sendLogin(logins, request, reply, {
        next,
        status: 401,
        problem: 'That is not the login.',
      });
    }
    reply.header('set-cookie', cookie);
    return reply.redirect(next, 303);
  });

  if (logins.sso !== undefined) ssoRoutes(app, logins, logins.sso);

  app.post('/logout', async (request, reply) => {
    reply.header('set-cookie', sessions.end(byHttps(request)));
    const now = Date.now();
    const session = await sessions.read(request.headers.cookie, now);
    if (session !== undefined) {
      const end = () => ended.end(session, now);
      await logins.audit.around(session.person, request, { what: 'logout' }, end);
    }
    return reply.redirect('/login', 303);
  });
}

/** The cookie of the session that this begins; undefined where name and password do not fit. */
async function logIn(
  { accounts, audit, sessions }: Logins,
  request: FastifyRequest,
  { name, password }: { name: string; password: string },
): Promise<string | undefined> {
  const user = await accounts.check(name, password);
  if (user === undefined) return undefined;
  const begin = () => sessions.begin(user.name, Date.now(), byHttps(request));
  return audit.around(user, request, { what: 'login' }, begin);
}

/** Behind a proxy only the browser knows that it came by https, and says so in `Origin`. */
function byHttps({ headers }: FastifyRequest): boolean {
  return headers.origin?.startsWith('https://') === true;
}

function sendLogin(
  { accounts, sso }: Logins,
  request: FastifyRequest,
  reply: FastifyReply,
  { next, problem, status }: { next: string; problem?: string; status?: number },
): FastifyReply {
  const body = html`<h1>Log in</h1>
${problem === undefined ? undefined : panel('bad', html`<p>${problem}</p>`, 'alert')}
${sso === undefined ? undefined : html`<p><a class="button main" href="/login/oidc?next=${encodeURIComponent(next)}">Log in with ${sso.host}</a></p>`}
${accounts.isEmpty ? undefined : passwordForm(next)}`;
  return sendPage(request, reply, { title: 'Log in', section: 'none', body, status });
}

function passwordForm(next: string): Html {
  return html`<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
${field({ label: 'User', name: 'user', required: true, autocomplete: 'username' })}
${field({ label: 'Password', name: 'password', type: 'password', required: true, autocomplete: 'current-password' })}
<p>${button('Log in', 'main')}</p>
</form>`;
}
