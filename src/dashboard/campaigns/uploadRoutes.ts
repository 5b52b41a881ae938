import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { uploadOf } from '../../api/uploadConnections.js';
import type { CampaignImport, Campaigns } from '../../campaign/campaigns.js';
import type { ColumnChoices } from '../../campaign/import/columnChoices.js';
import { PREVIEW_BYTES } from '../../campaign/import/filePreview.js';
import { encodingNamed } from '../../campaign/import/fileText.js';
import { type Html, html } from '../../html/html.js';
import { errorPanel } from '../page/components.js';
import { allow } from '../people/access.js';
import { type CampaignCall, campaignParam } from './campaignParam.js';
import { columnsView, LEFT_OUT, problemsPanel } from './columnsView.js';
import { reasonsTable } from './reasonsTable.js';

/** In base64, with what was chosen for as many columns as a file may have. */
export const HEAD_LIMIT = 2 * PREVIEW_BYTES + 64 * 1024;

export const headBody = z.strictObject({
  head: z.base64(),
  isWhole: z.boolean(),
  encoding: z.string(),
  choices: z.record(z.string(), z.string()),
});

/** Where the columns that were chosen by hand stand: their names may be addresses, so in no URL. */
export const COLUMNS_HEADER = 'notifier-columns';

interface ChosenCall extends CampaignCall {
  Body: unknown;
}

/** How a file comes in: its first piece, to see what its columns mean, and then all of it, as it is read from the disk. */
export function uploadRoutes(app: FastifyInstance, campaigns: Campaigns): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser<string>(
      'application/json',
      { parseAs: 'string', bodyLimit: HEAD_LIMIT },
      (_request, body, done) => done(null, jsonOf(body)),
    );
    scope.post<ChosenCall>('/campaigns/:id/columns', allow('editor'), async (request, reply) => {
      const id = campaignParam(request);
      const body = headBody.safeParse(request.body);
      if (id === undefined || !body.success) return sendFragment(reply, 400, UNREADABLE);
      const { head, isWhole, encoding, choices } = body.data;
      const bytes = Buffer.from(head, 'base64');
      const columns = columnChoices(choices);
      const asked = { bytes, isWhole, columns, encoding: encodingNamed(encoding) };
      const preview = await campaigns.preparation.preview(id, asked);
      if (preview === undefined) return sendFragment(reply, 404, GONE);
      const variables = await variableNames(campaigns, id);
      return sendFragment(reply, 200, columnsView(id, preview, choices, variables));
    });
  });

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The body is read as it comes, whatever it calls itself.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.put<CampaignCall>('/campaigns/:id/rows', allow('editor'), (request, reply) =>
      receive(campaigns, request, reply),
    );
  });
}

async function receive(
  campaigns: Campaigns,
  request: FastifyRequest<CampaignCall>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const id = campaignParam(request);
  const choices = choicesIn(request.headers[COLUMNS_HEADER]);
  if (id === undefined) return sendFragment(reply, 404, GONE);
  if (choices === undefined) return sendFragment(reply, 400, UNREADABLE);
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(
    request.headers['content-type'] ?? '',
  )?.[1];
  const source = uploadOf(request.raw);
  try {
    const result = await campaigns.importRows(id, source, {
      columns: columnChoices(choices),
      encoding: charset === undefined ? undefined : encodingNamed(charset),
      by: request.caller,
    });
    if (result?.kind === 'broken_off') {
      request.log.warn({ campaignId: id }, 'an upload broke off; nothing of it was stored');
    }
    return answer(reply, id, result);
  } finally {
    // Not before there is an answer: this has the rest of the body thrown away.
    source.destroy();
  }
}

function answer(reply: FastifyReply, id: string, result: CampaignImport | undefined): FastifyReply {
  switch (result?.kind) {
    case undefined:
      return sendFragment(reply, 404, GONE);
    case 'imported':
      return reply.send({ location: `/campaigns/${id}` });
    case 'unusable': {
      const { problems, rejectedBy } = result;
      const counts =
        rejectedBy.length === 0
          ? undefined
          : reasonsTable('What is wrong with its rows', rejectedBy);
      return sendFragment(
        reply,
        422,
        html`${problemsPanel({ problems, campaignId: id, title: 'This file was not imported' })}${counts}`,
      );
    }
    case 'superseded':
      return sendFragment(reply, 409, SUPERSEDED);
    case 'broken_off':
      return sendFragment(reply, 400, BROKEN_OFF);
    case 'refused': {
      const { because, retryAfterMs } = result;
      if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
      const status = retryAfterMs === undefined ? 409 : 503;
      return sendFragment(
        reply,
        status,
        errorPanel('Nothing was stored.', `The campaign takes no file now: ${because}.`),
      );
    }
    default:
      return result satisfies never;
  }
}

export const UNREADABLE = errorPanel(
  'The request cannot be read.',
  'Load this page again, and choose the file again.',
);
const GONE = errorPanel(
  'There is no such campaign any more.',
  html`<a href="/campaigns">All campaigns</a>`,
);
const SUPERSEDED = errorPanel(
  'Another upload has taken its place.',
  'Of this one nothing was stored. Load this page again to see what is there now.',
);
const BROKEN_OFF = errorPanel(
  'The upload broke off.',
  'Nothing of it was stored. Upload the whole file again.',
);

async function variableNames(campaigns: Campaigns, id: string): Promise<string[]> {
  const view = await campaigns.get(id);
  const templates = await campaigns.preparation.templates();
  const entry = templates.find(({ name }) => name === view?.template);
  return Object.keys(entry?.manifest.variables ?? {});
}

/** What was chosen by hand: a meaning for a column, or to leave it out. */
export function columnChoices(choices: Readonly<Record<string, string>>): ColumnChoices {
  const all = Object.entries(choices);
  return {
    map: Object.fromEntries(all.filter(([, meaning]) => meaning !== LEFT_OUT)),
    ignore: all.filter(([, meaning]) => meaning === LEFT_OUT).map(([column]) => column),
  };
}

/** Undefined where the header is none of ours. */
export function choicesIn(
  header: string | string[] | undefined,
): Record<string, string> | undefined {
  if (header === undefined) return {};
  try {
    const parsed = headBody.shape.choices.safeParse(jsonOf(decodeURIComponent(String(header))));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function sendFragment(reply: FastifyReply, status: number, body: Html): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(body.text);
}
