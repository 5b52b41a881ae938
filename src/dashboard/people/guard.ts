import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { httpProblem, sendProblem } from '../../api/problems.js';
import { foreignOrigin } from '../../http/requestOrigin.js';
import type { Person } from '../../people/role.js';
import { wantsPage } from '../page/layout.js';
import { refuseByRole } from './access.js';
import type { Accounts } from './accounts.js';
import type { LoginAudit } from './loginAudit.js';
import type { EndedSessions, Sessions } from './loginSessions.js';
import type { SingleSignOn } from './singleSignOn.js';

/** Who may log in, and who has. */
export interface Logins {
  accounts: Pick<Accounts, 'check' | 'isEmpty'>;
  audit: LoginAudit;
  /** Absent where OpenID Connect is not configured. */
  sso?: SingleSignOn;
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
  if (request.method !== 'GET' || !wantsPage(request))
    return sendProblem(reply, httpProblem(401, 'Log in at /login.'));
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

/** Where a login leads: one of our own pages, or the first of them. */
export function ownPage(next: unknown): string {
  return typeof next === 'string' && OWN_PAGE.test(next) && !next.includes('//') ? next : '/';
}
