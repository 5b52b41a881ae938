import type { FastifyInstance, FastifyReply } from 'fastify';
import { httpProblem, sendProblem } from '../../api/problems.js';
import type { LoadedTemplate } from '../../templates/loadTemplates.js';
import {
  PREVIEW_VALUES,
  type PreviewValues,
  previewFor,
  previewVariables,
  sampleOf,
} from '../../templates/samplePreview.js';
import { sendMail } from './mailPreview.js';
import type { PreviewedMessage } from './messagePreview.js';
import type { TemplateReader } from './templateReader.js';

/** Which made-up customer a template is shown for, and with which values of its own variables. */
export interface PreviewChoice {
  /** Counts from 1, as `notifier templates preview --sample` does. */
  sample: number;
  values: PreviewValues;
}

const FIRST_CHOICE: PreviewChoice = { sample: 1, values: 'examples' };

const CONTENT_HASH = /^[0-9a-f]{1,128}$/;

/** A choice as a URL has it; what is not one of ours counts as left out. */
export function choiceIn(query: Record<string, unknown>): PreviewChoice {
  const sample = Number(query['sample'] ?? FIRST_CHOICE.sample);
  const values = String(query['values'] ?? FIRST_CHOICE.values);
  return {
    sample: sampleOf(sample) === undefined ? FIRST_CHOICE.sample : sample,
    values: isPreviewValues(values) ? values : FIRST_CHOICE.values,
  };
}

function isPreviewValues(text: string): text is PreviewValues {
  return Object.hasOwn(PREVIEW_VALUES, text);
}

/** The version that a URL names, if it names one. */
export function askedVersion(query: Record<string, unknown>): string | undefined {
  const { version } = query;
  return typeof version === 'string' && CONTENT_HASH.test(version) ? version : undefined;
}

/**
 * A template as it will look, for `messagePreviews`: by the product's own engine, for a made-up customer.
 * The HTML of its emails is served at `/templates/NAME/mail` (sampleMailRoute).
 */
export function samplePreviews(
  template: LoadedTemplate,
  choice: PreviewChoice = FIRST_CHOICE,
): PreviewedMessage[] {
  const sample = sampleOf(choice.sample);
  if (sample === undefined) return [];
  const { name, hash } = template.source;
  const variables = previewVariables(template, choice.values);
  return previewFor(template, sample, variables).map(({ channel, rendered }) => {
    const { sample: number, values } = choice;
    const query = new URLSearchParams({ channel, sample: `${number}`, values, version: hash });
    return { channel, rendered, mailUrl: `/templates/${name}/mail?${query}` };
  });
}

/** The HTML of what `samplePreviews` shows. */
export function sampleMailRoute(app: FastifyInstance, reader: TemplateReader): void {
  app.get<{ Params: { name: string }; Querystring: Record<string, unknown> }>(
    '/templates/:name/mail',
    async ({ params, query }, reply) => {
      const read = await reader.read(params.name, askedVersion(query));
      if (read?.version.kind !== 'usable') return sendNoMail(reply);
      const { template } = read.version;
      const { sample: number, values } = choiceIn(query);
      const sample = sampleOf(number);
      const channel = template.compiled.channels.find((each) => each === query['channel']);
      if (sample === undefined || channel === undefined) return sendNoMail(reply);
      const rendered = previewFor(template, sample, previewVariables(template, values)).find(
        (preview) => preview.channel === channel,
      )?.rendered;
      if (!rendered?.ok || !('html' in rendered.message)) return sendNoMail(reply);
      return sendMail(reply, rendered.message.html);
    },
  );
}

function sendNoMail(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, httpProblem(404, 'There is no such email.'));
}
