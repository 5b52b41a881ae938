import { describeLookupError } from '../../history/lookupError.js';
import type { MessageField, RenderedMessage } from '../../notification/channelFacts.js';
import type { EstimatedWait } from '../../notification/requestCost.js';
import type { DryRunChannel, DryRunLookup, DryRunResult } from '../../pipeline/dryRun.js';
import { deferralOf } from '../../queue/deferredReason.js';
import type { TemplateContext } from '../../templates/contextVariables.js';
import { printable } from '../output.js';

const LABEL_WIDTH = 15;
const RULE_WIDTH = 72;

/** A dry run as a person reads it: who, what is known, how they would be reached, and with what. */
export function describeDryRun(result: DryRunResult): string {
  return printable(
    ['Dry run: nothing is sent, nothing is stored.', '', ...body(result)].join('\n'),
  );
}

function body(result: DryRunResult): string[] {
  switch (result.would) {
    case 'skip':
      return [
        ...(result.lookup === undefined ? [] : describeLookup(result.lookup)),
        ...labelled('Result', [`skipped: ${SKIPPED[result.reason] ?? result.reason}`]),
      ];
    case 'not_know':
      return labelled('Result', [`not known: ${describeLookupError(result.trouble)}`]);
    case 'send':
    case 'fail': {
      const { lookup, context, channels, deferred } = result;
      return [
        ...describeLookup(lookup),
        ...labelled('Context', describeContext(context)),
        ...labelled('Channels', channels.map(describeChannel)),
        ...(deferred === undefined ? [] : labelled('Waits', [describeDeferral(deferred)])),
        ...labelled('Result', [describeResult(channels)]),
        ...channels.flatMap((tried) =>
          tried.reachable && tried.rendered.ok ? describeMessage(tried.rendered.message) : [],
        ),
      ];
    }
    default:
      return result satisfies never;
  }
}

function describeDeferral({ until, reason }: EstimatedWait): string {
  return `until ${until}: ${deferralOf(reason).what} (${reason})`;
}

const SKIPPED: Readonly<Record<string, string>> = {
  no_history: 'no earlier conversation was found, and the request needs one (no_history)',
  ambiguous_contact:
    'several contacts have this address, and the name does not say which one it is (ambiguous_contact)',
  opted_out: 'the customer has asked for no more messages (opted_out)',
  not_allowed: 'NOTIFY_ONLY_TO does not list this recipient (not_allowed)',
  recent_conversation: 'the customer has been in a conversation lately (recent_conversation)',
  bad_ending: "the customer's last conversation ended badly (bad_ending)",
};

function describeLookup({ identity, asked, conversations }: DryRunLookup): string[] {
  const { externalContactId, contactName, isAmbiguous } = identity;
  const name = contactName === undefined ? '' : ` (${contactName})`;
  const notFound = isAmbiguous ? 'one of several contacts' : 'not known to Genesys Cloud';
  const unknown = asked.identity ? notFound : 'not looked up: not needed';
  const none = asked.history ? 'none found' : 'not looked up: the template uses none';
  return [
    ...labelled('Who', [externalContactId === undefined ? unknown : `${externalContactId}${name}`]),
    ...labelled(
      'Conversations',
      conversations.length === 0
        ? [none]
        : conversations.map(
            ({ conversationId, startedAt, customerMessages }) =>
              `${startedAt}  ${conversationId}  ${customerMessages} messages`,
          ),
    ),
  ];
}

function describeContext(context: TemplateContext): string[] {
  return Object.entries(context)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(LABEL_WIDTH)} ${value}`);
}

function describeChannel(tried: DryRunChannel, at: number): string {
  const place = `${at + 1}. ${tried.channel.padEnd(7)}`;
  if (!tried.reachable) {
    const because =
      tried.because === 'no_address' ? 'no address for it is known' : 'it is not configured';
    return `${place} unreachable: ${because}`;
  }
  if (!tried.rendered.ok) {
    return `${place} cannot be rendered: ${tried.rendered.reason} (${tried.rendered.detail})`;
  }
  return `${place} reachable`;
}

function describeResult(channels: readonly DryRunChannel[]): string {
  const [first, ...others] = channels
    .filter((tried) => tried.reachable && tried.rendered.ok)
    .map(({ channel }) => channel);
  if (first === undefined) return 'failed: no channel is left';
  const fallback =
    others.length === 0 ? '' : `; if it does not arrive, by ${others.join(', then ')}`;
  return `sent by ${first}${fallback}`;
}

type MessageFields = Partial<Record<MessageField, string>>;

/** A message under a rule with its channel; of its HTML all, its length, or nothing. */
export function describeMessage(
  message: RenderedMessage,
  show: 'all' | 'length' | 'left out' = 'all',
): string[] {
  const title = `── ${message.channel} `;
  const rule = title.padEnd(RULE_WIDTH, '─');
  const { subject, text, html: source }: MessageFields = message;
  const lines = [
    subject === undefined ? [] : [`Subject: ${subject}`],
    subject === undefined || text === undefined ? [] : [''],
    text === undefined ? [] : [text],
    source === undefined ? [] : html(source, show),
  ];
  return ['', rule, ...lines.flat()];
}

function html(source: string, show: 'all' | 'length' | 'left out'): string[] {
  switch (show) {
    case 'all':
      return ['', source];
    case 'length':
      return ['', `(and ${source.length} characters of HTML: --html FILE writes them)`];
    case 'left out':
      return [];
    default:
      return show satisfies never;
  }
}

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `${(at === 0 ? label : '').padEnd(LABEL_WIDTH)} ${line}`);
}
