import type { PolicyCheckView } from '../../consent/policyCheckView.js';
import { type Content, type Html, html } from '../../html/html.js';
import { badge, table, time } from '../page/components.js';

type Verdict = Pick<PolicyCheckView, 'verdict' | 'reason' | 'until'>;

interface RuleRow extends Verdict {
  rule: string;
  why: string;
  channels: string[];
}

/** What policy says to a recipient now, by priority: all rules together, each with why, and the cap's places. */
export function policyPanel(checks: readonly PolicyCheckView[]): Html {
  return html`<h2 id="policy">What policy says now</h2>
<p>By the rules of this deployment, as of now. Other addresses that only Genesys Cloud knows of this person do not count here.</p>
${checks.map(byPriority)}`;
}

function byPriority(check: PolicyCheckView): Html {
  const { priority, frequencyCap } = check;
  return html`<h3>A ${priority} notification: ${verdictBadge(check)}${openChannels(check)}</h3>
${frequencyCap === undefined ? undefined : html`<p>${capText(frequencyCap)}</p>\n`}${table(
  `Rules for ${priority} notifications`,
  [
    { title: 'Rule', kind: 'name', cell: ({ rule }) => rule },
    { title: 'Channels', cell: ({ channels }) => channelText(channels, check) },
    { title: 'Says', cell: verdictBadge },
    { title: 'Why', kind: 'text', cell: ({ why }) => why },
  ],
  rowsOf(check),
)}
`;
}

/** By which channels alone it may go out, where some are closed: "may go out" would promise all of them. */
function openChannels({ verdict, channels }: PolicyCheckView): string {
  const open = channels.filter((one) => one.verdict === 'allow').map(({ channel }) => channel);
  if (verdict !== 'allow' || open.length === channels.length) return '';
  return ` by ${open.join(', ')} only`;
}

/** A rule that says the same of several channels has one row for them. */
function rowsOf({ channels }: PolicyCheckView): RuleRow[] {
  const rows = new Map<string, RuleRow>();
  for (const { channel, rules } of channels) {
    for (const rule of rules) {
      const key = JSON.stringify([rule.rule, rule.verdict, rule.until, rule.why]);
      const row = rows.get(key) ?? { ...rule, channels: [] };
      row.channels.push(channel);
      rows.set(key, row);
    }
  }
  const order: readonly string[] = channels[0]?.rules.map(({ rule }) => rule) ?? [];
  return [...rows.values()].sort((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule));
}

function channelText(named: readonly string[], { channels }: PolicyCheckView): string {
  return named.length === channels.length ? 'all' : named.join(', ');
}

function verdictBadge({ verdict, reason, until }: Verdict): Content {
  switch (verdict) {
    case 'allow':
      return badge('good', 'may go out');
    case 'skip':
      return badge('bad', html`is skipped (<code>${reason}</code>)`);
    case 'defer':
      return badge(
        'open',
        html`waits until ${time(Date.parse(until ?? ''))} (<code>${reason}</code>)`,
      );
    default:
      return verdict satisfies never;
  }
}

function capText({ places, span, taken }: NonNullable<PolicyCheckView['frequencyCap']>): string {
  const left = Math.max(0, places - taken);
  return `Frequency cap: ${taken} of ${places} in ${span} taken, ${left} left.`;
}
