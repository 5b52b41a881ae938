import { type Html, html } from '../../html/html.js';
import type { Channel } from '../../notification/state.js';
import type { CompiledTemplate } from '../../templates/compile.js';
import type { ContextNeed } from '../../templates/contextVariables.js';
import type { TemplateRemark } from '../../templates/lint.js';
import { badge } from '../page/components.js';
import { CHANNEL_TITLES } from './messagePreview.js';
import type { ReadVersion } from './templateReader.js';

/** A version by the first signs of its content hash. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}

export function channelList(channels: readonly Channel[]): string {
  return channels.map((channel) => CHANNEL_TITLES[channel]).join(', ');
}

/** Where the value of a variable of every template comes from. */
export const ORIGINS: Readonly<Record<ContextNeed, string>> = {
  request: 'the request',
  contact: 'the request, or else the contact in Genesys Cloud',
  history: "the list of the customer's conversations",
  summary: "the platform's summary of a conversation",
  gist: 'what was said in a conversation, or its summary',
  transcript: 'what was said in a conversation',
};

/** What is asked of Genesys Cloud before a message can be rendered; requests cost time and budget. */
export function lookUps(compiled: CompiledTemplate): string {
  const uses = (ask: (channel: Channel) => boolean) => compiled.channels.some(ask);
  const asked = [
    uses((channel) => compiled.usesHistory(channel)) ? 'conversations' : undefined,
    uses((channel) => compiled.usesMessageText(channel)) ? 'what was said in them' : undefined,
    uses((channel) => compiled.usesSummary(channel)) ? 'their summaries' : undefined,
    uses((channel) => compiled.usesContact(channel, { name: false }))
      ? 'the contact, where a request has no name'
      : undefined,
  ].filter((one) => one !== undefined);
  return asked.length === 0 ? 'nothing' : asked.join(', ');
}

/** How a version stands, in a word or two. */
export function versionBadge(version: ReadVersion): Html {
  switch (version.kind) {
    case 'usable': {
      const { off, remarks } = version.check;
      if (off.length > 0) return badge('bad', `${channelList(off)} is off`);
      if (remarks.length === 0) return badge('good', 'no remarks');
      return badge('open', remarks.length === 1 ? '1 remark' : `${remarks.length} remarks`);
    }
    case 'unusable':
      return badge('bad', 'cannot be used');
    case 'gone':
      return badge('bad', 'content is missing');
    default:
      return version satisfies never;
  }
}

export function remarkList(remarks: readonly TemplateRemark[]): Html {
  return html`<ul>${remarks.map(
    ({ channel, message }) =>
      html`<li>${channel === undefined ? undefined : html`<strong>${CHANNEL_TITLES[channel]}</strong> `}${message}.</li>\n`,
  )}</ul>`;
}

/** What is so, of a check that found nothing: what it has looked at. */
export const NOTHING_FOUND =
  'Nothing to remark. It was rendered for every sample customer, with its variables at their longest and at their shortest; each variable is read by some part.';
