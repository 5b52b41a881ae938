import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { findCustomer, patchCustomer } from '../control/customers.js';
import { ControlError, checked } from '../control/input.js';
import type { World } from '../world.js';
import { inboxPage } from './inboxPage.js';
import { REFRESH_SCRIPT } from './refresh.js';
import { STYLE } from './style.js';

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

/** A form is text throughout: what was left empty is left out, the rest gets the type it stands for. */
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
