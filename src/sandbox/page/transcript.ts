import type { Conversation, Customer, Message, Sender } from '../population/customer.js';
import type { World } from '../world.js';
import { type Html, html, plural, time } from './html.js';

const CONVERSATIONS_SHOWN = 20;

const SENDERS = {
  customer: 'Customer',
  agent: 'Agent',
  bot: 'Bot',
  api: 'Notification',
} as const satisfies Record<Sender, string>;

/** Everything that was said between a customer and the organisation, newest conversation first. */
export function transcript(world: World, customer: Customer): Html {
  const all = [...world.population.conversationsOf(customer.id)].sort(
    (a, b) => b.startedAt - a.startedAt,
  );
  const shown = all.slice(0, CONVERSATIONS_SHOWN);
  const more = all.length - shown.length;
  // What they said last is what a notification speaks of; our own messages stand beside it anyway.
  const opened = shown.find(({ origin }) => origin === 'customer');
  return html`<section aria-labelledby="said" class="said">
    <h3 id="said">Their conversations</h3>
    <div data-live="said">
      ${shown.map((conversation) => conversationView(conversation, conversation === opened))}
      ${more > 0 && html`<p class="quiet">and ${plural(more, 'older one')}</p>`}
      ${all.length === 0 && html`<p class="quiet">They never wrote.</p>`}
    </div>
  </section>`;
}

function conversationView(conversation: Conversation, open: boolean): Html {
  const { media, origin, startedAt, endedAt, messages, subject } = conversation;
  const by = origin === 'api' ? 'begun by a notification' : 'begun by the customer';
  return html`<details${open && html` open`}>
    <summary>${time(startedAt)} ${media}, ${by}${endedAt === null && html` <strong>active</strong>`}</summary>
    ${subject !== null && html`<p class="quiet" dir="auto">${subject}</p>`}
    <ol>${messages.map(line)}</ol>
  </details>`;
}

function line({ at, sender, body, delivered }: Message): Html {
  return html`<li class="${sender}">
    <span class="who">${SENDERS[sender]} ${time(at)}${!delivered && html` <strong>not delivered</strong>`}</span>
    ${wordsOf(body)}
  </li>`;
}

function wordsOf(body: Message['body']): Html {
  switch (body.type) {
    case 'text':
      return html`<p dir="auto" class="text">${body.text}</p>`;
    case 'button':
    case 'quick-reply':
      return html`<p dir="auto" class="text"><span class="quiet">pressed</span> ${body.text}</p>`;
    case 'event':
      return html`<p class="quiet">${body.event}</p>`;
    case 'receipt':
      return html`<p class="quiet">receipt: ${body.status}</p>`;
    default:
      throw new Error(`unhandled body ${body satisfies never}`);
  }
}
