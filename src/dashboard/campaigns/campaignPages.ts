import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Campaigns } from '../../campaign/campaigns.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import { type Html, html } from '../../html/html.js';
import { may } from '../../people/role.js';
import type { Notifications } from '../../queue/notifications.js';
import type { FormTokens } from '../page/formToken.js';
import { type Page, sendPage } from '../page/layout.js';
import { type LiveParts, type LiveUpdates, livePart, liveRegion } from '../page/liveUpdates.js';
import { allow } from '../people/access.js';
import { campaignFiles } from './campaignFiles.js';
import { campaignTable, commonObstacles, pager } from './campaignListPage.js';
import { type CampaignCall, campaignParam, sendNoCampaign } from './campaignParam.js';
import { type CheckPage, checkPage } from './checkPage.js';
import { controlsView } from './controlsView.js';
import { DryRuns } from './dryRuns.js';
import { filePage } from './filePage.js';
import { forecastRoutes } from './forecastRoutes.js';
import { newCampaignRoutes } from './newCampaignRoutes.js';
import { retrySaid } from './retrySaid.js';
import { liveParts, runningPage } from './runningPage.js';
import { stepRoutes } from './stepRoutes.js';
import { testRoutes, testStatus } from './testRoutes.js';
import { uploadRoutes } from './uploadRoutes.js';

export interface CampaignPagesParts {
  campaigns: Campaigns;
  notifications: Notifications;
  forms: FormTokens;
  live: LiveUpdates;
}

const FILE_SCRIPTS: Pick<Page, 'scripts'> = { scripts: ['upload.js'] };
const CAMPAIGNS_A_PAGE = 20;
/** Without a step in between, so old may be what is shown: a page of the list costs Redis some forty commands. */
const SELDOM_MS = 10_000;
/** Of an ended one only receipts still come in. */
const ENDED_MS = 30_000;

/** The way of a campaign from its message to its report, for people. */
export function campaignPages(app: FastifyInstance, parts: CampaignPagesParts): void {
  const { campaigns, notifications, forms, live } = parts;
  const dryRuns = new DryRuns(campaigns);

  app.get<CampaignCall>('/campaigns', async (request, reply) => {
    const { before } = request.query;
    const isFirst = typeof before !== 'string';
    const page = await campaigns.list(
      isFirst ? { limit: CAMPAIGNS_A_PAGE } : { limit: CAMPAIGNS_A_PAGE, before },
    );
    const list = listParts(page);
    const shown = html`${livePart('obstacles', list['obstacles'] ?? html``)}${livePart('campaigns', list['campaigns'] ?? html``)}`;
    const body = html`<h1>Campaigns</h1>
${may(request.person, 'editor') ? html`<p class="buttons"><a class="button main" href="/new-campaign">New campaign</a></p>` : undefined}
${isFirst ? liveRegion('/live/campaigns', shown) : shown}
${pager(page.next, isFirst)}`;
    return sendPage(request, reply, { title: 'Campaigns', section: 'campaigns', body, live: true });
  });

  app.get('/live/campaigns', { config: { isStream: true } }, (_request, reply) =>
    live.stream(reply, {
      key: 'campaigns',
      read: notTooOften({ limit: CAMPAIGNS_A_PAGE }, readList),
    }),
  );

  newCampaignRoutes(app, { campaigns, forms });
  uploadRoutes(app, campaigns);
  forecastRoutes(app, { campaigns, dryRuns });
  testRoutes(app, { campaigns, notifications, forms, sendCheck });
  stepRoutes(app, { campaigns, forms, sendCheck });
  campaignFiles(app, campaigns);

  app.get<CampaignCall>('/campaigns/:id', async (request, reply) => {
    const view = await viewOf(request);
    if (view === undefined) return sendNoCampaign(request, reply);
    const isEditor = may(request.person, 'editor');
    if (view.state === 'importing' && view.import === undefined && isEditor) {
      return sendOne(request, reply, view, filePage(view, Date.now()), FILE_SCRIPTS);
    }
    if (view.state === 'importing' || view.state === 'ready') {
      return sendCheck(request, reply, view);
    }
    const said = retrySaid(request.query);
    const body = runningPage(view, controlsFor(request, view), said, Date.now());
    return sendOne(request, reply, view, body);
  });

  app.get<CampaignCall>('/campaigns/:id/file', allow('editor'), async (request, reply) => {
    const view = await viewOf(request);
    if (view === undefined) return sendNoCampaign(request, reply);
    if (!view.possible.includes('import')) return reply.redirect(`/campaigns/${view.id}`, 303);
    return sendOne(request, reply, view, filePage(view, Date.now()), FILE_SCRIPTS);
  });

  app.get<CampaignCall>(
    '/live/campaigns/:id',
    { config: { isStream: true } },
    async (request, reply) => {
      const id = campaignParam(request);
      if (id === undefined) return sendNoCampaign(request, reply);
      return live.stream(reply, {
        key: `campaign ${id}`,
        read: notTooOften({ id }, () => readOne(id)),
      });
    },
  );

  app.get<CampaignCall>('/campaigns/:id/controls', async (request, reply) => {
    const view = await viewOf(request);
    if (view === undefined) return sendNoCampaign(request, reply);
    return reply.type('text/html; charset=utf-8').send(controlsFor(request, view).text);
  });

  function viewOf(request: FastifyRequest<CampaignCall>): Promise<CampaignView | undefined> {
    const id = campaignParam(request);
    return id === undefined ? Promise.resolve(undefined) : campaigns.get(id);
  }

  function controlsFor({ person }: FastifyRequest, view: CampaignView): Html {
    return controlsView({
      view,
      editor: may(person, 'editor'),
      operator: may(person, 'operator'),
      once: () => forms.field(),
      now: Date.now(),
    });
  }

  async function sendCheck(
    request: FastifyRequest<CampaignCall>,
    reply: FastifyReply,
    view: CampaignView,
    wrong?: CheckPage['wrong'],
  ): Promise<FastifyReply> {
    const { person } = request;
    const test = await testStatus(notifications, view.id, request.query['test']);
    const wantsReason = await campaigns.preparation.wantsReason(view.id);
    const body = checkPage({
      view,
      wantsReason,
      editor: may(person, 'editor'),
      operator: may(person, 'operator'),
      once: () => forms.field(),
      test,
      wrong,
      now: Date.now(),
    });
    return sendOne(request, reply, view, body, { status: wrong === undefined ? 200 : 409 });
  }

  function sendOne(
    request: FastifyRequest,
    reply: FastifyReply,
    { name, state }: CampaignView,
    body: Html,
    more: Pick<Page, 'status' | 'scripts'> = {},
  ): FastifyReply {
    const title = `${name}: ${state}`;
    return sendPage(request, reply, {
      title,
      section: 'campaigns',
      body,
      live: true,
      frames: true,
      ...more,
    });
  }

  /** The same answer again, as long as it is good and no step was taken. */
  function notTooOften(
    of: Parameters<Campaigns['lastStep']>[0],
    read: () => Promise<Reading>,
  ): () => Promise<LiveParts> {
    let known: { at: number; step: string; reading: Reading } | undefined;
    return async () => {
      const step = await campaigns.lastStep(of);
      const now = performance.now();
      const isOld = known === undefined || now - known.at >= known.reading.isGoodForMs;
      if (known === undefined || isOld || known.step !== step) {
        known = { at: now, step, reading: await read() };
      }
      return known.reading.parts;
    };
  }

  async function readList(): Promise<Reading> {
    return {
      parts: listParts(await campaigns.list({ limit: CAMPAIGNS_A_PAGE })),
      isGoodForMs: SELDOM_MS,
    };
  }

  async function readOne(id: string): Promise<Reading> {
    const view = await campaigns.watched(id);
    if (view === undefined) return { parts: {}, isGoodForMs: SELDOM_MS };
    const isAtWork = view.state === 'running' || view.upload?.state === 'coming';
    const whileStill = view.endedAt === undefined ? SELDOM_MS : ENDED_MS;
    return { parts: liveParts(view, Date.now()), isGoodForMs: isAtWork ? 0 : whileStill };
  }
}

interface Reading {
  parts: LiveParts;
  isGoodForMs: number;
}

function listParts(page: Awaited<ReturnType<Campaigns['list']>>): LiveParts {
  return {
    obstacles: html`${commonObstacles(page.campaigns)}`,
    campaigns: campaignTable(page, Date.now()),
  };
}
