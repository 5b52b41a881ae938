import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { idParam, type WithId } from '../../api/requests.js';
import { type DetailsParts, readDetails } from '../../campaign/notificationDetails.js';
import { html } from '../../html/html.js';
import { isNotificationId } from '../../notification/request.js';
import type { Notifications } from '../../queue/notifications.js';
import { sendPage } from '../page/layout.js';
import { decisionRoutes } from './decisionRoutes.js';
import { notificationListPage } from './notificationListPage.js';
import { notificationPage } from './notificationPage.js';

export interface PagesParts {
  details: DetailsParts;
  notifications: Notifications;
}

/** As many ids as fit into a form. */
const UNKNOWNS_A_PAGE = 100;

function chosen<Name extends string>(
  query: Record<string, unknown>,
  name: Name,
): { [key in Name]?: string } {
  const value = query[name];
  return (typeof value === 'string' && value !== '' ? { [name]: value } : {}) as {
    [key in Name]?: string;
  };
}

/** The pages about notifications, for people. */
export function notificationPages(app: FastifyInstance, parts: PagesParts): void {
  const { details, notifications } = parts;

  app.get<{ Querystring: Record<string, unknown> }>('/notifications', async (request, reply) => {
    const { query } = request;
    if (typeof query['id'] === 'string') {
      const id = query['id'].trim();
      return isNotificationId(id)
        ? reply.redirect(`/notifications/${id}`, 303)
        : sendNone(request, reply);
    }
    const filter = { ...chosen(query, 'campaignId'), ...chosen(query, 'reason') };
    const [fleet, page] = await Promise.all([
      details.operations.status(),
      notifications.unknowns({ limit: UNKNOWNS_A_PAGE, ...filter, ...chosen(query, 'after') }),
    ]);
    const body = notificationListPage(fleet, { filter, ...page });
    return sendPage(request, reply, { title: 'Notifications', section: 'notifications', body });
  });

  app.get<WithId>('/notifications/:id', async (request, reply) => {
    const id = idParam(request);
    const story = id === undefined ? undefined : await readDetails(details, id);
    if (id === undefined || story === undefined) return sendNone(request, reply);
    const body = notificationPage(story, story.fleet.workers.now);
    const title = `${story.record.state}: ${id}`;
    return sendPage(request, reply, { title, section: 'notifications', body });
  });

  decisionRoutes(app, { notifications, sendNone });

  function sendNone(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const body = html`<h1>There is no such notification</h1>
<p>There never was one with this id, it ended too long ago to be remembered, or it is a row of a
campaign whose turn has not come.
<a href="/notifications">Look for another</a>.</p>`;
    const title = 'No such notification';
    return sendPage(request, reply, { title, section: 'notifications', body, status: 404 });
  }
}
