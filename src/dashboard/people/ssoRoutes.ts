import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Html, html } from '../../html/html.js';
import { errorPanel, moment } from '../page/components.js';
import { sendPage } from '../page/layout.js';
import { type Logins, ownPage } from './guard.js';
import { CALLBACK, type SingleSignOn, type SsoFailure } from './singleSignOn.js';

const COOKIE = 'notifier_login';
const PATH = '/login/oidc';

/** The way to the provider of logins, and back. */
export function ssoRoutes(app: FastifyInstance, logins: Logins, sso: SingleSignOn): void {
  app.get<{ Querystring: { next?: unknown } }>(PATH, async (request, reply) => {
    const now = Date.now();
    const start = await sso.start(ownPage(request.query.next), now);
    if (start.kind !== 'go') return sendFailure(request, reply, sso, start);
    reply.header('set-cookie', cookie(start.attempt, 'Max-Age=600', sso.isSecure));
    return reply.redirect(start.url, 303);
  });

  app.get(CALLBACK, async (request, reply) => {
    const now = Date.now();
    const end = await sso.finish(request.url, keptIn(request.headers.cookie), now);
    const gone = cookie('', 'Max-Age=0', sso.isSecure);
    reply.header('set-cookie', gone);
    switch (end.kind) {
      case 'away':
      case 'refused':
        return sendFailure(request, reply, sso, end);
      case 'no_role':
        return sendNoRole(request, reply, sso, end.name);
      case 'person': {
        const { person, next } = end;
        const act = { what: 'login', detail: `single sign-on, subject ${person.subject}` } as const;
        const begin = () => logins.sessions.beginSso(person, now, sso.isSecure);
        const session = await logins.audit.around(person, request, act, begin);
        reply.removeHeader('set-cookie').header('set-cookie', [gone, session ?? '']);
        return reply.redirect(next, 303);
      }
      default:
        return end satisfies never;
    }
  });
}

function keptIn(cookies: string | undefined): string {
  return new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]*)`).exec(cookies ?? '')?.[1] ?? '';
}

function cookie(value: string, age: string, secure: boolean): string {
  return `${COOKIE}=${value}; Path=${PATH}; ${age}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

function sendFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  sso: SingleSignOn,
  failure: SsoFailure,
): FastifyReply {
  const title = 'You were not logged in';
  const body = html`<h1>${title}</h1>
${failure.kind === 'away' ? away(sso, failure.since) : refused(sso, failure.code)}`;
  const status = failure.kind === 'away' ? 503 : 403;
  if (status === 503) reply.header('retry-after', 10);
  return sendPage(request, reply, { title, section: 'none', body, status });
}

function away({ host }: SingleSignOn, since: number): Html {
  return errorPanel(
    html`${host} does not answer, since ${moment(since, Date.now())}.`,
    html`Try again in a moment. Logins with a password work as before: <a href="/login">log in</a>.`,
  );
}

function refused({ host }: SingleSignOn, code: string): Html {
  const what =
    code === 'access_denied'
      ? `${host} refused the login.`
      : html`What came from ${host} cannot be used (<code>${code}</code>).`;
  return errorPanel(
    what,
    html`<a href="/login">Begin again</a>, in one tab. If it happens again, the log of the api says more.`,
  );
}

function sendNoRole(
  request: FastifyRequest,
  reply: FastifyReply,
  sso: SingleSignOn,
  name: string,
): FastifyReply {
  const title = 'You have no role here';
  const body = html`<h1>${title}</h1>
${errorPanel(
  `${sso.host} knows you as ${name.replace(/^sso:/, '')}, and nothing that it says of you gives a role in this console.`,
  'Ask the administrator of this deployment: OIDC_ROLES says which groups have which role.',
)}`;
  return sendPage(request, reply, { title, section: 'none', body, status: 403 });
}
