import type { Channel } from '../notification/state.js';
import { channelsOff, remarksOn, type TemplateRemark } from './lint.js';
import type { LoadedTemplate } from './loadTemplates.js';

/** What `templates check` says of a template that can be used. */
export interface TemplateCheck {
  name: string;
  channels: readonly Channel[];
  /** Of the configured channels, those that the template is missing a part for. */
  off: Channel[];
  /** Whether customers without history are skipped where a request does not say. */
  historyRequired: boolean;
  remarks: TemplateRemark[];
}

export function checkTemplate(
  { source, compiled }: LoadedTemplate,
  configured: readonly Channel[],
): TemplateCheck {
  return {
    name: source.name,
    channels: compiled.channels,
    off: channelsOff(source, compiled)
      .map(({ channel }) => channel)
      .filter((channel) => configured.includes(channel)),
    historyRequired: compiled.channels.some((channel) => compiled.usesHistory(channel)),
    remarks: remarksOn(source, compiled),
  };
}

/** What becomes of customers without history, in a sentence without its full stop. */
export function historyWords({ historyRequired }: Pick<TemplateCheck, 'historyRequired'>): string {
  return historyRequired
    ? 'customers without history are skipped (no_history), unless a request says otherwise'
    : 'uses no history: customers without history get it too, unless a request says otherwise';
}
