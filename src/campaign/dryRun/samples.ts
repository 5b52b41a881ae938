import type { NotificationRequest } from '../../notification/request.js';
import type { Estimate } from '../../notification/requestCost.js';
import type { Channel } from '../../notification/state.js';
import { EXAMPLE_UNSUBSCRIBE_URL, type TemplateContext } from '../../templates/contextVariables.js';
import type { RenderResult } from '../../templates/templateParts.js';
import type { Row } from '../campaign.js';
import type { CustomerEstimate } from './forecast.js';

/** One message as a customer would get it, but for what only a lookup can tell. */
interface SampleMessage {
  channel: Channel;
  /** What a customer without history gets is shown where such customers get anything. */
  history: boolean;
  rendered: RenderResult;
}

/** A row of the file, rendered. */
export interface Sample {
  /** Why this row was chosen; empty where a person has named it. */
  kinds: ('first' | 'random' | 'longest')[];
  row: number;
  recipient: Row['recipient'];
  outlook: { would: Estimate['would']; reason?: string; channel?: Channel };
  /** Variables that stand for what is looked up for each customer, filled with placeholders here. */
  placeholders: string[];
  messages: SampleMessage[];
}

/**
 * What stands where a lookup would say it. In brackets, so that it is not taken for a customer's own
 * words; a time has to be a time, and a mood one of three.
 */
function placeholderContext(name: string | undefined, hasHistory: boolean): TemplateContext {
  const customerName = name ?? '[customer name]';
  if (!hasHistory) return { customerName, sentiment: 'neutral', hasHistory };
  const everything: Required<TemplateContext> = {
    customerName,
    lastMessage: '[what they last wrote]',
    lastMessageAt: new Date().toISOString(),
    topic: '[topic]',
    sentiment: 'neutral',
    conversationId: '[conversation id]',
    hasHistory,
    summary: '[summary]',
    contactReason: '[why they got in touch]',
    resolution: '[how it was resolved]',
    followUp: '[what is still to be done]',
    language: 'en-us',
  };
  return everything;
}

const SURELY_KNOWN: ReadonlySet<string> = new Set([
  ...['channel', 'timeZone', 'hasHistory', 'unsubscribeUrl'],
]);

/** A row as its message would arrive, and what would become of it. */
export function sampleOf(
  estimate: CustomerEstimate,
  kinds: Sample['kinds'],
  { row, request, outlook }: { row: number; request: NotificationRequest; outlook: Estimate },
): Sample {
  const { cost: _notOfInterest, ...shown } = outlook;
  const { recipient } = request;
  return { kinds, row, recipient, outlook: shown, ...renderSample(estimate, request) };
}

/** Renders a row for every channel that would be tried. */
function renderSample(
  { template, channels, nameIn, requiresHistory }: CustomerEstimate,
  request: NotificationRequest,
): Pick<Sample, 'placeholders' | 'messages'> {
  const { recipient, variables } = request;
  const historyRequired = requiresHistory(request);
  const name = nameIn(request);
  const render = (channel: Channel, history: boolean): SampleMessage => ({
    channel,
    history,
    rendered: template.render(channel, {
      context: placeholderContext(name, history),
      variables,
      timeZone: recipient.timeZone,
      unsubscribeUrl: EXAMPLE_UNSUBSCRIBE_URL,
    }),
  });
  const messages = channels.flatMap((channel) => {
    const differs = !historyRequired && template.usesHistory(channel);
    return differs ? [render(channel, true), render(channel, false)] : [render(channel, true)];
  });
  const used = new Set(channels.flatMap((channel) => template.contextVariables(channel)));
  const placeholders = [...used].filter(
    (variable) =>
      !SURELY_KNOWN.has(variable) && !(variable === 'customerName' && name !== undefined),
  );
  return { placeholders, messages };
}
