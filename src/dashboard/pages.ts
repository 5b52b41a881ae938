import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError } from '../api/errors.js';
import { idParam, type WithId } from '../api/idParam.js';
import { isNotificationId } from '../notification/request.js';
import { RedisUnavailableError } from '../queue/errors.js';
import type { Notifications } from '../queue/notifications.js';
import { html } from './html.js';
import { notificationPage } from './notificationPage.js';
import { overviewPage } from './overviewPage.js';
import { sendPage } from './page.js';
import type { Stories } from './story.js';

export interface PagesParts {
  stories: Stories;
  notifications: Notifications;
  /** Whether people log in here. */
  login: boolean;
}

/** The pages about notifications, for people. */
export function notificationPages(app: FastifyInstance, parts: PagesParts): void {
  const { stories, notifications, login } = parts;

  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof RedisUnavailableError)) return answerError(error, request, reply);
    reply.header('retry-after', 5);
    const body = html`<h1>Redis is unavailable</h1>
<div class="panel bad" role="alert"><p>What is kept there cannot be read just now. Nothing is lost by
that: try again in a moment. If you pressed a button, look whether it was done before you press it
again.</p></div>`;
    return sendPage(reply, { title: 'Redis is unavailable', body, loggedIn: login, status: 503 });
  });

  app.get<{ Querystring: { id?: unknown } }>('/notifications', async ({ query }, reply) => {
    if (typeof query.id === 'string') {
      const id = query.id.trim();
      return isNotificationId(id) ? reply.redirect(`/notifications/${id}`, 303) : sendNone(reply);
    }
    const { fleet, unknowns } = await stories.overview();
    const body = overviewPage(fleet, unknowns);
    return sendPage(reply, { title: 'Notifications', body, loggedIn: login });
  });

  app.get<WithId>('/notifications/:id', async (request, reply) => {
    const id = idParam(request);
    const story = id === undefined ? undefined : await stories.read(id);
    if (id === undefined || story === undefined) return sendNone(reply);
    const body = notificationPage(story, Date.now());
    return sendPage(reply, { title: `${story.record.state}: ${id}`, body, loggedIn: login });
  });

  app.post<WithId & { Body: URLSearchParams | undefined }>(
    '/notifications/:id/resolve',
    async (request, reply) => {
      const id = idParam(request);
      const outcome = request.body?.get('outcome');
      if (id === undefined) return sendNone(reply);
      if (outcome !== 'sent' && outcome !== 'not_sent') return sendUndecided(request, reply);
      const result = await notifications.resolve(id, outcome, request.caller);
      if (result === undefined) return sendNone(reply);
      if (result.kind === 'not_unknown') return sendUndecided(request, reply);
      return reply.redirect(`/notifications/${id}`, 303);
    },
  );

  function sendNone(reply: FastifyReply): FastifyReply {
    const body = html`<h1>There is no such notification</h1>
<p>There never was one with this id, or it ended too long ago to be remembered.
<a href="/notifications">Look for another</a>.</p>`;
    return sendPage(reply, { title: 'No such notification', body, loggedIn: login, status: 404 });
  }

  function sendUndecided({ notificationId }: FastifyRequest, reply: FastifyReply): FastifyReply {
    const body = html`<h1>Nothing was decided</h1>
<p>Only a notification in state unknown can be decided, as sent or not sent; somebody may have
decided this one meanwhile. <a href="/notifications/${notificationId}">Look at it</a>.</p>`;
    return sendPage(reply, { title: 'Nothing was decided', body, loggedIn: login, status: 409 });
  }
}
