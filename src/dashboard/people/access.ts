import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { httpProblem, sendProblem } from '../../api/problems.js';
import { html } from '../../html/html.js';
import { may, type Person, type Role } from '../../people/role.js';
import { sendPage, wantsPage } from '../page/layout.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is logged in; absent where no login is configured: the console of this machine alone. */
    person?: Person;
  }
  interface FastifyContextConfig {
    /** What a person has to be to call this route of the console. */
    role?: Role;
  }
}

const READS: readonly string[] = ['GET', 'HEAD'];

/** Options of a route that is for people of this role, and for those who may do more. */
export function allow(role: Role): { config: { role: Role } } {
  return { config: { role } };
}

/**
 * Refuses who may not call a route, before anything of a body is read. A page that hides a button is a
 * courtesy; this is the guard. A route that is no plain read and names no role does not start, so that
 * none is open to everyone by an oversight.
 *
 * To be registered behind what finds out who the person is.
 */
export function refuseByRole(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.role !== undefined || isRead(method)) return;
    throw new Error(`${String(method)} ${url} names no role: register it with allow()`);
  });
  app.addHook('onRequest', async (request, reply) => {
    const { role = 'viewer' } = request.routeOptions.config;
    if (!may(request.person, role)) return refuse(request, reply, role);
  });
}

/** Everything that changes something in this scope is for operators: for routes of a library. */
export function operatorsChange(app: FastifyInstance): void {
  app.addHook('onRoute', (options) => {
    const role = isRead(options.method) ? 'viewer' : 'operator';
    options.config = { role, ...options.config };
  });
}

function isRead(method: string | string[]): boolean {
  return [method].flat().every((each) => READS.includes(each));
}

function refuse(request: FastifyRequest, reply: FastifyReply, role: Role): FastifyReply {
  const { person } = request;
  const detail = `This needs the role ${role}. ${person?.name} has the role ${person?.role}.`;
  if (!wantsPage(request)) {
    return sendProblem(reply, httpProblem(403, detail));
  }
  const body = html`<h1>You may not do this</h1>
<div class="panel bad" role="alert"><p>${detail}</p><p>Nothing was done. Ask an operator to do it, or the
administrator of this deployment for the role.</p></div>`;
  return sendPage(request, reply, { title: 'You may not do this', body, status: 403 });
}
