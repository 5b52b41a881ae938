import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { idParam, type WithId } from '../../api/requests.js';
import { type DetailsParts, readDetails } from '../../campaign/notificationDetails.js';
import { html } from '../../html/html.js';
import type { CountryCode } from '../../notification/phoneNumber.js';
import { isNotificationId } from '../../notification/request.js';
import { may } from '../../people/role.js';
import { flowStatus } from '../../queue/flowStatus.js';
import type { Found, NotificationSearch } from '../../queue/notificationSearch.js';
import type { Notifications } from '../../queue/notifications.js';
import type { FormTokens } from '../page/formToken.js';
import { sendPage } from '../page/layout.js';
import { obstaclePanels } from '../page/obstacles.js';
import { allow } from '../people/access.js';
import { decisionRoutes } from './decisionRoutes.js';
import { doneWords } from './doneWords.js';
import { notificationPage } from './notificationPage.js';
import { foundPage, searchPage } from './searchPage.js';
import { type AskedFilter, filterOf, leadsOf } from './searchQuery.js';
import { unknownPage } from './unknownPage.js';

export interface PagesParts {
  details: DetailsParts;
  notifications: Notifications;
  search: NotificationSearch;
  forms: FormTokens;
  country: CountryCode | undefined;
}

/** As many ids as fit into a form. */
const UNKNOWNS_A_PAGE = 100;
const OUTCOMES_A_PAGE = 50;
const FOUND_A_PAGE = 200;

interface WithForm {
  Body: URLSearchParams | undefined;
}

/** The pages about notifications, for people. */
export function notificationPages(app: FastifyInstance, parts: PagesParts): void {
  const { details, notifications, search, forms, country } = parts;
  const section = 'notifications';

  app.get<{ Querystring: Record<string, unknown> }>('/notifications', async (request, reply) => {
    const { query } = request;
    if (typeof query['id'] === 'string') {
      const id = query['id'].trim();
      return isNotificationId(id)
        ? reply.redirect(`/notifications/${id}`, 303)
        : sendNone(request, reply);
    }
    const asked = filterOf(query);
    const after = typeof query['after'] === 'string' ? query['after'] : undefined;
    const isUnknown = asked.filter.state === 'unknown';
    const [fleet, found, kinds] = await Promise.all([
      details.operations.status(),
      findBy(asked, after),
      isUnknown ? search.unknownKinds(asked.filter) : [],
    ]);
    const page = {
      obstacles: obstaclePanels(flowStatus(fleet)),
      asked,
      found,
      unknown: fleet.unknown,
      retentionMs: search.retentionMs,
      mayOperate: may(request.person, 'operator'),
      once: () => forms.field(),
      done: doneWords(query),
      now: fleet.workers.now,
    };
    const body = isUnknown ? unknownPage({ ...page, kinds }) : searchPage(page);
    const title = isUnknown ? 'Waiting for a decision' : 'Notifications';
    return sendPage(request, reply, { title, section, body });
  });

  async function findBy({ filter, wrong }: AskedFilter, after: string | undefined): Promise<Found> {
    const isUnknown = filter.state === 'unknown';
    const isOff = search.retentionMs === 0 && !isUnknown;
    if (isOff || Object.keys(wrong).length > 0) return { notifications: [] };
    return search.byFilter(filter, { limit: isUnknown ? UNKNOWNS_A_PAGE : OUTCOMES_A_PAGE, after });
  }

  app.post<WithForm>('/notifications/find', allow('viewer'), async (request, reply) => {
    const { ids, terms } = leadsOf(request.body?.get('what') ?? '', country);
    const page = { limit: FOUND_A_PAGE };
    const [byId, byTerm, fleet] = await Promise.all([
      search.byIds(ids, {}, page),
      search.retentionMs === 0 ? NOTHING_FOUND : search.byTerms(terms, {}, page),
      details.operations.status(),
    ]);
    const all = [...byId.notifications, ...byTerm.notifications];
    const found = all.filter(({ id }, at) => all.findIndex((other) => other.id === id) === at);
    const [first] = found;
    if (found.length === 1 && first !== undefined) {
      return reply.redirect(`/notifications/${first.id}`, 303);
    }
    const body = foundPage(found, {
      now: fleet.workers.now,
      more: byTerm.next !== undefined,
      retentionMs: search.retentionMs,
    });
    const title = found.length === 0 ? 'Nothing is found' : 'What was found';
    return sendPage(request, reply, { title, section, body });
  });

  app.get<WithId>('/notifications/:id', async (request, reply) => {
    const id = idParam(request);
    const story = id === undefined ? undefined : await readDetails(details, id);
    if (id === undefined || story === undefined) return sendNone(request, reply);
    const body = notificationPage(story, story.fleet.workers.now, {
      mayOperate: may(request.person, 'operator'),
      once: () => forms.field(),
    });
    const title = `${story.record.state}: ${id}`;
    return sendPage(request, reply, { title, section, body });
  });

  decisionRoutes(app, {
    notifications,
    forms,
    now: () => details.store.ledger.clock.now(),
    sendNone,
  });

  function sendNone(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const body = html`<h1>There is no such notification</h1>
<p>There never was one with this id, it ended too long ago to be remembered, or it is a row of a
campaign whose turn has not come.
<a href="/notifications">Look for another</a>.</p>`;
    const title = 'No such notification';
    return sendPage(request, reply, { title, section, body, status: 404 });
  }
}

const NOTHING_FOUND: Found = { notifications: [] };
