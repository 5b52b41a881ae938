import { extractHistory } from '../context/extractContext.js';
import {
  addresseeOf,
  type Findings,
  findingsOf,
  needsOf,
  renderValues,
} from '../history/lookup.js';
import type { CheckpointStore } from '../notification/checkpoint.js';
import type { SentContent } from '../notification/sentContent.js';
import type { Channel } from '../notification/state.js';
import type { StoredRequest } from '../notification/storedRequest.js';
import type { UnsubscribeLinks } from '../suppression/unsubscribeLink.js';
import type { CompiledTemplate } from '../templates/compile.js';

export interface ContentAgainParts {
  templates: { get(hash: string): Promise<CompiledTemplate | undefined> };
  checkpoints: Pick<CheckpointStore<Findings>, 'load'>;
  content: SentContent;
  unsubscribeLinks?: Pick<UnsubscribeLinks, 'linkFor'>;
}

/**
 * The hash of what a leg would have sent that has none: Redis has lost its intent, or an older version wrote it. The message
 * is rendered once more, from the request and what was found out for it. Undefined where that is not known any more;
 * a text that has come out differently since fits nothing, and leaves doubt.
 */
export async function contentAgain(
  { templates, checkpoints, content, unsubscribeLinks }: ContentAgainParts,
  id: string,
  channel: Channel,
  { request, templateHash }: StoredRequest,
): Promise<string | undefined> {
  const template = await templates.get(templateHash);
  if (template === undefined || !template.channels.includes(channel)) return undefined;
  const printed = needsOf({ ...request, history: { required: false } }, template, [channel]);
  const checkpoint = await checkpoints.load(id);
  if (checkpoint === undefined && (printed.history || printed.contact)) return undefined;
  const findings = checkpoint ?? findingsOf(request, {}, extractHistory([]));
  const to = addresseeOf(request, findings);
  const link = template.contextVariables(channel).includes('unsubscribeUrl')
    ? unsubscribeLinks?.linkFor(to, channel, template.name)
    : undefined;
  const rendered = template.render(channel, renderValues(request, findings.context, link));
  return rendered.ok ? content.hashesOf(rendered.message, '').contentHash : undefined;
}
