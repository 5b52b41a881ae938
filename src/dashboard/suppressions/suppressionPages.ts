import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PolicyChecks } from '../../consent/policyCheck.js';
import { viewOfCheck } from '../../consent/policyCheckView.js';
import {
  CHANNELS_EXPECTED,
  readChannels,
  readReason,
  readSuppressedAddress,
  readUntil,
  UNTIL_EXPECTED,
} from '../../consent/suppressionRequest.js';
import type { FileDefaults, Suppressions } from '../../consent/suppressions.js';
import { suppressionView } from '../../consent/suppressionView.js';
import type { Html } from '../../html/html.js';
import { CHANNELS, LANES } from '../../notification/state.js';
import { may } from '../../people/role.js';
import type { AuditTrail } from '../../queue/auditTrail.js';
import type { SuppressedAddress } from '../../suppression/consentIdentity.js';
import { REASON_EXPECTED } from '../../suppression/suppression.js';
import type { FormTokens } from '../page/formToken.js';
import { sendPage } from '../page/layout.js';
import { allow } from '../people/access.js';
import { policyPanel } from './policyPanel.js';
import { type SuppressionPageView, suppressionPage } from './suppressionPage.js';
import { suppressionUploads } from './suppressionUploads.js';

export interface SuppressionPagesParts {
  suppressions: Suppressions;
  auditTrail: Pick<AuditTrail, 'page'>;
  policyChecks: PolicyChecks;
  forms: FormTokens;
}

const RECENT = 10;
const PAGE = '/suppressions';

type WithForm = { Body: URLSearchParams | undefined };

/**
 * `/suppressions`: look an address up, put it on the list, take it off, files. Addresses come in the bodies of
 * forms and never in a URL, which browsers, proxies and logs keep.
 */
export function suppressionPages(app: FastifyInstance, parts: SuppressionPagesParts): void {
  const { suppressions, auditTrail, forms, policyChecks } = parts;

  async function send(
    request: FastifyRequest,
    reply: FastifyReply,
    shown: Partial<SuppressionPageView> = {},
    status = 200,
  ): Promise<FastifyReply> {
    const [summary, dnc, { entries }] = await Promise.all([
      suppressions.summary(),
      suppressions.dncImports(),
      auditTrail.page({ what: 'suppression', limit: RECENT }),
    ]);
    const body = suppressionPage({
      ...summary,
      dnc: [...dnc.values()],
      recent: entries,
      isEditor: may(request.person, 'editor'),
      once: () => forms.field(),
      now: suppressions.now(),
      ...shown,
    });
    return sendPage(request, reply, {
      title: 'Suppressions',
      section: 'suppressions',
      body,
      status,
      scripts: ['upload.js'],
    });
  }

  app.get<{ Querystring: { done?: unknown } }>(PAGE, async (request, reply) => {
    const { done } = request.query;
    return send(request, reply, typeof done === 'string' ? { done } : {});
  });

  app.post<WithForm>(`${PAGE}/look`, allow('viewer'), async (request, reply) => {
    const written = request.body?.get('look') ?? '';
    const read = readSuppressedAddress(written, suppressions.country);
    if (!read.ok) {
      const refusedLook = {
        values: { address: written },
        wrong: { address: `Expected ${read.expected}.` },
      };
      return send(request, reply, { refusedLook }, 422);
    }
    const found = await suppressions.find(read.address);
    const entry = found === undefined ? undefined : suppressionView(found);
    const beside = await policyOn(read.address, policyChecks);
    return send(request, reply, {
      looked: { address: written.trim(), entry, hash: suppressions.hashOf(read.address) },
      beside,
    });
  });

  app.post<WithForm>(`${PAGE}/add`, allow('editor'), (request, reply) =>
    forms.once(request, reply, async () => {
      const form = readForm(request.body, suppressions);
      if (!form.ok) {
        await send(request, reply, { refusedAdd: form.refused }, 422);
        return { kind: 'refused' };
      }
      const { before } = await suppressions.add(form.address, form.given, request.caller);
      const done = before === undefined ? 'added' : 'widened';
      return { kind: 'done', location: `${PAGE}?done=${done}` };
    }),
  );

  app.post<WithForm>(`${PAGE}/remove`, allow('editor'), (request, reply) =>
    forms.once(request, reply, async () => {
      const written = request.body?.get('address') ?? '';
      const read = readSuppressedAddress(written, suppressions.country);
      const isWanted = request.body?.get('wanted') === 'yes';
      if (!read.ok || !isWanted) {
        const wrong = { address: 'Look it up again, and tick that the person wants it.' };
        await send(request, reply, { refusedLook: { values: { address: written }, wrong } }, 422);
        return { kind: 'refused' };
      }
      const was = await suppressions.remove(read.address, request.caller);
      return { kind: 'done', location: `${PAGE}?done=${was === undefined ? 'gone' : 'removed'}` };
    }),
  );

  app.get(`${PAGE}/export`, allow('editor'), async (request, reply) => {
    const text = await suppressions.exported(request.caller);
    return reply
      .type('application/x-ndjson; charset=utf-8')
      .header('content-disposition', 'attachment; filename="suppressions.ndjson"')
      .send(Readable.from(text, { objectMode: false }));
  });

  suppressionUploads(app, suppressions);
}

type ReadForm =
  | { ok: true; address: Parameters<Suppressions['add']>[0]; given: FileDefaults }
  | { ok: false; refused: NonNullable<SuppressionPageView['refusedAdd']> };

function readForm(body: URLSearchParams | undefined, suppressions: Suppressions): ReadForm {
  const value = (name: string) => body?.get(name)?.trim() ?? '';
  const values = Object.fromEntries(
    ['address', 'channels', 'reason', 'until'].map((name) => [name, value(name)]),
  );
  const read = readSuppressedAddress(value('address'), suppressions.country);
  const channels = readChannels(value('channels') || 'all');
  const reason = value('reason') === '' ? undefined : readReason(value('reason'));
  const until = value('until') === '' ? undefined : readUntil(value('until'), suppressions.now());
  const wrong = {
    ...(read.ok ? {} : { address: `Expected ${read.expected}.` }),
    ...(channels === undefined ? { channels: `Expected ${CHANNELS_EXPECTED}.` } : {}),
    ...(value('reason') !== '' && reason === undefined
      ? { reason: `Expected ${REASON_EXPECTED}.` }
      : {}),
    ...(value('until') !== '' && until === undefined
      ? { until: `Expected ${UNTIL_EXPECTED}.` }
      : {}),
  };
  if (!read.ok || channels === undefined || Object.keys(wrong).length > 0) {
    return { ok: false, refused: { values, wrong } };
  }
  return {
    ok: true,
    address: read.address,
    given: {
      channels: channels === 'all' ? channels : [...channels],
      reason,
      until: until === undefined ? undefined : new Date(until).toISOString(),
    },
  };
}

/** What the rules say of an address over every channel, for either priority. */
async function policyOn(
  { field, address }: SuppressedAddress,
  checks: PolicyChecks,
): Promise<Html> {
  const question = { recipient: { [field]: address }, channels: CHANNELS };
  const asked = await Promise.all(LANES.map((priority) => checks.check({ ...question, priority })));
  return policyPanel(
    asked.flatMap((answer) => (answer.kind === 'checked' ? [viewOfCheck(answer.check)] : [])),
  );
}
