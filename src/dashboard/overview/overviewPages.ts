import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Html, html } from '../../html/html.js';
import { may } from '../../people/role.js';
import type { Operations } from '../../queue/operations.js';
import { PAUSE_REASON_EXPECTED, readPauseReason } from '../../queue/sendingPause.js';
import { WENT_BACK_SENTENCES } from '../../queue/wentBack.js';
import type { RedisClock } from '../../redis/clock.js';
import { errorPanel } from '../page/components.js';
import { sendPage } from '../page/layout.js';
import { type LiveUpdates, livePart, liveRegion } from '../page/liveUpdates.js';
import { allow } from '../people/access.js';
import { flowPlot, flowTable, plotData } from './flowPlot.js';
import { type OverviewPart, overviewParts } from './overviewParts.js';
import type { Overview, OverviewReader } from './overviewReader.js';

export interface OverviewPagesParts {
  operations: Operations;
  reader: OverviewReader;
  live: LiveUpdates;
  /** The clock of Redis. */
  clock: RedisClock;
  budget: number;
}

const LIVE = '/live/overview';

/** `/`: how it stands, at a glance, and the way to stop all sending. */
export function overviewPages(app: FastifyInstance, parts: OverviewPagesParts): void {
  const { operations, reader, live, budget, clock } = parts;

  app.get('/', async (request, reply) =>
    sendPage(request, reply, {
      title: 'Overview',
      section: 'overview',
      body: overviewPage(await reader.read(), request),
      live: true,
      laterScripts: ['flowPlot.js'],
    }),
  );

  app.get(LIVE, { config: { isStream: true } }, (_request, reply) =>
    live.stream(reply, {
      key: LIVE,
      read: async () => overviewParts(await reader.read()),
    }),
  );

  app.get('/overview/flow.json', async () => plotData(await reader.minutes(clock.now()), budget));

  app.post<{ Body: URLSearchParams | undefined }>(
    '/sending/pause',
    allow('operator'),
    async (request, reply) => {
      const given = readPauseReason(request.body?.get('reason'));
      if (!given.ok) {
        const title = 'The sending goes on';
        const body = html`<h1>${title}</h1>
${errorPanel('A reason is needed to stop it.', html`Expected: ${PAUSE_REASON_EXPECTED}. <a href="/">Back to the overview</a>`)}`;
        return sendPage(request, reply, { title, section: 'overview', body, status: 400 });
      }
      await operations.pause({ reason: given.reason, by: request.caller });
      return reply.redirect('/', 303);
    },
  );

  app.post('/sending/resume', allow('operator'), async (request, reply) => {
    const result = await operations.resume(request.caller);
    if (result.kind === 'redis_went_back') {
      const title = 'The sending stays paused';
      const body = html`<h1>${title}</h1>
${errorPanel('Redis went back in time.', html`${WENT_BACK_SENTENCES} <a href="/">Back to the overview</a>`)}`;
      return sendPage(request, reply, { title, section: 'overview', body, status: 409 });
    }
    return reply.redirect('/', 303);
  });
}

function overviewPage(overview: Overview, { person }: FastifyRequest): Html {
  const parts = overviewParts(overview);
  const part = (name: OverviewPart) => livePart(name, parts[name]);
  const { minutes, fleet } = overview;
  return liveRegion(
    LIVE,
    html`<h1>Overview</h1>
<div class="unseen" role="status">${part('state')}</div>
${part('headline')}
${may(person, 'operator') ? part('sending') : undefined}
${part('figures')}
${flowPlot()}
<details><summary>What flowed by the hour, as a table</summary>
${flowTable(minutes, fleet.workers.now)}</details>
<h2>Campaigns under way</h2>
${part('campaigns')}
<h2>Recent errors</h2>
${part('errors')}
<h2>Queues</h2>
${part('queues')}
<h2>Workers</h2>
${part('workers')}`,
  );
}
