import type { FastifyInstance, FastifyReply } from 'fastify';
import { uploadOf } from '../../api/uploadConnections.js';
import { encodingNamed } from '../../campaign/import/fileText.js';
import type { SuppressionImport } from '../../consent/suppressionImport.js';
import type { Suppressions } from '../../consent/suppressions.js';
import { type Html, html } from '../../html/html.js';
import { columnsView, problemsPanel } from '../campaigns/columnsView.js';
import { reasonsTable } from '../campaigns/reasonsTable.js';
import {
  COLUMNS_HEADER,
  choicesIn,
  columnChoices,
  HEAD_LIMIT,
  headBody,
  jsonOf,
  sendFragment,
  UNREADABLE,
} from '../campaigns/uploadRoutes.js';
import { counted, whole } from '../campaigns/words.js';
import { errorPanel, panel } from '../page/components.js';
import { allow } from '../people/access.js';

/** How a file of suppressions comes in: its first piece, to see what its columns mean, and then all of it. */
export function suppressionUploads(app: FastifyInstance, suppressions: Suppressions): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser<string>(
      'application/json',
      { parseAs: 'string', bodyLimit: HEAD_LIMIT },
      (_request, body, done) => done(null, jsonOf(body)),
    );
    scope.post<{ Body: unknown }>(
      '/suppressions/columns',
      allow('editor'),
      async (request, reply) => {
        const body = headBody.safeParse(request.body);
        if (!body.success) return sendFragment(reply, 400, UNREADABLE);
        const { head, isWhole, encoding, choices } = body.data;
        const asked = {
          bytes: Buffer.from(head, 'base64'),
          isWhole,
          columns: columnChoices(choices),
          encoding: encodingNamed(encoding),
        };
        const preview = await suppressions.preview(asked);
        if (preview === 'export') return sendFragment(reply, 200, AN_EXPORT);
        const { names, ...shown } = preview;
        return sendFragment(reply, 200, columnsView(undefined, shown, choices, names));
      },
    );
  });

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The body is read as it comes, whatever it calls itself.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.put('/suppressions/rows', allow('editor'), async (request, reply) => {
      const choices = choicesIn(request.headers[COLUMNS_HEADER]);
      if (choices === undefined) return sendFragment(reply, 400, UNREADABLE);
      const type = request.headers['content-type'] ?? '';
      const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(type)?.[1];
      const source = uploadOf(request.raw);
      try {
        const options = {
          columns: columnChoices(choices),
          encoding: charset === undefined ? undefined : encodingNamed(charset),
        };
        return answer(reply, await suppressions.importFile(source, {}, request.caller, options));
      } finally {
        // Not before there is an answer: this has the rest of the body thrown away.
        source.destroy();
      }
    });
  });
}

const AN_EXPORT = html`${panel('good', html`<p><strong>This is an export of a suppression list.</strong> Its entries are put back.</p>`)}<span hidden data-usable="yes"></span>`;

function answer(reply: FastifyReply, result: SuppressionImport): FastifyReply {
  const stored = storedWords(result);
  switch (result.kind) {
    case 'imported':
      // Not 200, which the script takes for a page to go to: what was found is to be read here.
      return sendFragment(reply, 201, found(result));
    case 'unusable':
      return sendFragment(
        reply,
        422,
        result.report.rows === 0
          ? problemsPanel({ problems: result.problems, title: 'This file was not imported' })
          : errorPanel(
              `The file is wrong further on: expected ${result.problems.map(({ expected }) => expected).join('; ')}.`,
              stored,
            ),
      );
    case 'broken_off':
      return sendFragment(reply, 400, errorPanel('The upload broke off.', stored));
    case 'no_room':
      reply.header('retry-after', Math.ceil(result.retryAfterMs / 1_000));
      return sendFragment(
        reply,
        503,
        errorPanel('Redis has no room for more entries now.', stored),
      );
    default:
      return result satisfies never;
  }
}

function storedWords({ report: { rows } }: SuppressionImport): string {
  return `${counted(rows, 'row')} of it stay stored. Upload the whole file again: a row twice changes nothing.`;
}

function found({ report }: SuppressionImport): Html {
  const { rows, added, replaced, kept, rejected, rejectedBy, warned, warnings } = report;
  const words = `${counted(rows, 'row')} taken: ${whole(added)} new, ${whole(replaced)} changed, ${whole(kept)} were so already.`;
  return html`${panel(
    rejected === 0 ? 'good' : 'open',
    html`<p><strong>${words}</strong>${rejected === 0 ? undefined : ` ${counted(rejected, 'row')} refused.`}</p>`,
    'status',
  )}
${rejected === 0 ? undefined : reasonsTable('Why rows were refused', rejectedBy)}
${warned === 0 ? undefined : reasonsTable('What could not be read and was left out', warnings)}
<p><a href="/suppressions">See how many there are now</a></p>`;
}
