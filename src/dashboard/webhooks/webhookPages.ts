import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { EVENT_TYPES } from '../../events/event.js';
import { html } from '../../html/html.js';
import { schemaProblems } from '../../notification/request.js';
import { may } from '../../people/role.js';
import {
  isWebhookId,
  type WebhookRequest,
  webhookRequestSchema,
} from '../../webhooks/webhookRequest.js';
import type { Webhooks } from '../../webhooks/webhooks.js';
import type { WebhookView } from '../../webhooks/webhookView.js';
import { errorPanel } from '../page/components.js';
import type { FormOutcome, FormTokens } from '../page/formToken.js';
import { sendPage } from '../page/layout.js';
import { allow } from '../people/access.js';
import { type RefusedWebhook, type WebhookListView, webhookListPage } from './webhookListPage.js';
import { secretPage, type WebhookPageView, webhookPage } from './webhookPage.js';

export interface WebhookPagesParts {
  webhooks: Webhooks;
  forms: FormTokens;
}

const PAGE = '/webhooks';
const PAGE_SIZE = 50;
const CURSOR = /^\d{1,15}-\d{1,15}$/;

interface Call {
  Params: { id: string };
  Querystring: { done?: unknown; before?: unknown };
  Body: URLSearchParams | undefined;
}

/** `/webhooks`: how each endpoint stands, what it answered, and what operators do with it. */
export function webhookPages(app: FastifyInstance, { webhooks, forms }: WebhookPagesParts): void {
  async function sendList(
    request: FastifyRequest,
    reply: FastifyReply,
    shown: Partial<WebhookListView> = {},
    status = 200,
  ): Promise<FastifyReply> {
    const body = webhookListPage({
      ...(await webhooks.all()),
      isOperator: may(request.person, 'operator'),
      once: () => forms.field(),
      now: webhooks.now(),
      ...shown,
    });
    return sendPage(request, reply, { title: 'Webhooks', section: 'webhooks', body, status });
  }

  async function sendOne(
    request: FastifyRequest<Call>,
    reply: FastifyReply,
    shown: Partial<WebhookPageView> = {},
    status = 200,
  ): Promise<FastifyReply> {
    const { id } = request.params;
    const { before } = request.query;
    const cursor = typeof before === 'string' && CURSOR.test(before) ? before : undefined;
    const webhook = isWebhookId(id) ? await webhooks.find(id) : undefined;
    if (webhook === undefined) return sendNone(request, reply);
    const page = await webhooks.deliveries(id, { limit: PAGE_SIZE, before: cursor });
    const body = webhookPage({
      webhook,
      deliveries: page?.deliveries ?? [],
      next: page?.next,
      isOperator: may(request.person, 'operator'),
      once: () => forms.field(),
      now: webhooks.now(),
      ...shown,
    });
    const title = `Webhook ${webhook.description ?? id}`;
    return sendPage(request, reply, { title, section: 'webhooks', body, status });
  }

  /** A step that leads back to the page of its webhook, and says there what was done. */
  function step(
    name: string,
    take: (request: FastifyRequest<Call>, id: string) => Promise<string | undefined>,
  ) {
    app.post<Call>(`${PAGE}/:id/${name}`, allow('operator'), (request, reply) =>
      forms.once(request, reply, async () => {
        const { id } = request.params;
        const done = isWebhookId(id) ? await take(request, id) : undefined;
        if (done !== undefined) return { kind: 'done', location: `${PAGE}/${id}?done=${done}` };
        await sendNone(request, reply);
        return { kind: 'refused' };
      }),
    );
  }

  async function showSecret(
    request: FastifyRequest,
    reply: FastifyReply,
    { webhook, secret = '' }: { webhook: WebhookView; secret?: string },
  ): Promise<FormOutcome> {
    const body = secretPage(webhook, secret);
    await sendPage(request, reply, { title: 'Keep this secret', section: 'webhooks', body });
    return { kind: 'shown', location: `${PAGE}/${webhook.id}` };
  }

  app.get<Call>(PAGE, async (request, reply) => {
    const { done } = request.query;
    return sendList(request, reply, typeof done === 'string' ? { done } : {});
  });

  app.get<Call>(`${PAGE}/:id`, async (request, reply) => {
    const { done } = request.query;
    return sendOne(request, reply, typeof done === 'string' ? { done } : {});
  });

  app.post<Call>(PAGE, allow('operator'), (request, reply) =>
    forms.once(request, reply, async () => {
      const form = readForm(request.body);
      const refuse = async (wrong: Record<string, string>): Promise<FormOutcome> => {
        await sendList(request, reply, { refused: { values: form.values, wrong } }, 422);
        return { kind: 'refused' };
      };
      if (!form.ok) return refuse(form.wrong);
      const created = await webhooks.create(form.request, request.caller);
      if (created.kind === 'created') return showSecret(request, reply, created);
      if (created.kind === 'invalid') return refuse({ url: `Expected ${created.expected}.` });
      return refuse({ url: 'There are too many webhooks.' });
    }),
  );

  step('test', async ({ caller }, id) => {
    const { kind } = await webhooks.test(id, caller);
    return kind === 'missing' ? undefined : kind;
  });
  step('pause', async ({ caller }, id) => (await webhooks.pause(id, caller)) && 'paused');
  step('resume', async ({ caller }, id) => (await webhooks.resume(id, caller)) && 'resumed');

  app.post<Call>(`${PAGE}/:id/replay`, allow('operator'), (request, reply) =>
    forms.once(request, reply, async () => {
      const { id } = request.params;
      const value = request.body?.get('from')?.trim() ?? '';
      const from = utcMoment(value);
      if (from === undefined) {
        const wrong = 'Expected a time in UTC, such as 2026-11-30 09:00.';
        await sendOne(request, reply, { refusedFrom: { value, wrong } }, 422);
        return { kind: 'refused' };
      }
      if (isWebhookId(id) && (await webhooks.replay(id, from, request.caller)) !== undefined) {
        return { kind: 'done', location: `${PAGE}/${id}?done=replayed` };
      }
      await sendNone(request, reply);
      return { kind: 'refused' };
    }),
  );

  app.post<Call>(`${PAGE}/:id/rotate-secret`, allow('operator'), (request, reply) =>
    forms.once(request, reply, async () => {
      const { id } = request.params;
      const isSure = request.body?.get('sure') === 'yes';
      const rotated =
        isSure && isWebhookId(id) ? await webhooks.rotate(id, {}, request.caller) : undefined;
      if (rotated !== undefined) return showSecret(request, reply, rotated);
      await sendOne(request, reply, {}, 422);
      return { kind: 'refused' };
    }),
  );

  app.post<Call>(`${PAGE}/:id/delete`, allow('operator'), (request, reply) =>
    forms.once(request, reply, async () => {
      const { id } = request.params;
      if (request.body?.get('sure') !== 'yes') {
        await sendOne(request, reply, {}, 422);
        return { kind: 'refused' };
      }
      if (isWebhookId(id)) await webhooks.remove(id, request.caller);
      return { kind: 'done', location: `${PAGE}?done=deleted` };
    }),
  );
}

type ReadForm = { values: RefusedWebhook['values'] } & (
  | { ok: true; request: WebhookRequest }
  | { ok: false; wrong: Record<string, string> }
);

function readForm(body: URLSearchParams | undefined): ReadForm {
  const text = (name: string) => body?.get(name)?.trim() ?? '';
  const types = EVENT_TYPES.filter((type) => body?.getAll('types').includes(type));
  const values = { url: text('url'), description: text('description'), types: types.join(',') };
  const read = webhookRequestSchema.safeParse({
    url: values.url,
    description: values.description === '' ? undefined : values.description,
    types: types.length === 0 ? undefined : types,
  });
  if (read.success) return { ok: true, values, request: read.data };
  const wrong = schemaProblems(read.error).map(({ field, expected }) => [
    field,
    `Expected ${expected}.`,
  ]);
  return { ok: false, values, wrong: Object.fromEntries(wrong) };
}

/** A moment as people write it, in UTC (epoch ms). */
function utcMoment(text: string): number | undefined {
  const [, day, clock] =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?Z?$/.exec(text) ?? [];
  const at = Date.parse(`${day}T${clock}Z`);
  return Number.isNaN(at) ? undefined : at;
}

function sendNone(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const title = 'There is no such webhook';
  const body = html`<h1>${title}</h1>${errorPanel(
    'It was deleted, or there never was one with this id.',
    html`See <a href="${PAGE}">all webhooks</a>.`,
  )}`;
  return sendPage(request, reply, { title, section: 'webhooks', body, status: 404 });
}
