import type { Delivery } from '../inbox.js';
import type { Conversation, Customer, Message, Sender } from '../population/population.js';
import type { World } from '../state.js';
import { type Html, html, plural, time } from './html.js';
import type { Recipient } from './recipients.js';

/** So many of a customer's messages are shown; a load test may send them thousands. */
const SHOWN = 50;

const CHANNELS = {
  web: 'Web message',
  sms: 'SMS',
  email: 'Email',
  engage: 'Engage email',
} as const satisfies Record<Delivery['channel'], string>;

/** `3 messages: 2 web, 1 email`. */
export function howOften(deliveries: readonly Delivery[]): string {
  const counts = new Map<string, number>();
  for (const { channel } of deliveries) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  const channels = [...counts].map(([channel, count]) => `${count} ${channel}`).join(', ');
  return plural(deliveries.length, 'message') + (channels === '' ? '' : `: ${channels}`);
}

/** What one customer got, newest first. */
export function messages({ deliveries, customer }: Recipient): Html {
  const same = new Map<string, number>();
  for (const delivery of deliveries) {
    same.set(wordsOf(delivery), (same.get(wordsOf(delivery)) ?? 0) + 1);
  }
  const newest = deliveries.slice(-SHOWN).reverse();
  const hidden = deliveries.length - newest.length;
  return html`<section aria-labelledby="got" class="got">
    <h3 id="got">What they got</h3>
    <p data-live="often">${howOften(deliveries)}${hidden > 0 && html`; the newest ${SHOWN} are shown`}</p>
    <div data-live-list="messages">
      ${newest.map((delivery) => message(delivery, same.get(wordsOf(delivery)) ?? 1))}
      ${deliveries.length === 0 && nothingYet(customer?.online === false)}
    </div>
  </section>`;
}

function nothingYet(offline: boolean): Html {
  const why = 'Web messages are accepted while they are offline, but do not reach them.';
  return html`<p class="quiet" data-live="nothing">Nothing yet. ${offline && why}</p>`;
}

function message(delivery: Delivery, alike: number): Html {
  const { channel, at, to, from, subject, messageId, text } = delivery;
  return html`<article class="message" data-live="${messageId}" aria-label="${CHANNELS[channel]}">
    <header>
      <span class="badge ${channel}">${CHANNELS[channel]}</span>
      ${alike > 1 && html`<strong class="alike">the same words ${alike} times</strong>`}
      ${time(at)}
    </header>
    ${subject !== null && html`<h4 dir="auto">${subject}</h4>`}
    ${body(delivery)}
    ${
      delivery.html !== null &&
      text !== null &&
      html`<details><summary>As plain text</summary><p dir="auto" class="text">${text}</p></details>`
    }
    <footer>to <bdi>${to}</bdi> from <bdi>${from}</bdi></footer>
  </article>`;
}

/**
 * Mail is shown by a page of its own, in a frame without any rights. Written into this page (srcdoc)
 * it would live under this page's policy, which would then have to allow the styles mail is made of.
 */
function body({ html: mail, text, messageId, subject }: Delivery): Html {
  if (mail === null) return html`<p dir="auto" class="text">${text ?? ''}</p>`;
  return html`<iframe sandbox="" loading="lazy" title="Email: ${subject ?? 'no subject'}"
    src="/_sandbox/inbox/mail/${encodeURIComponent(messageId)}"></iframe>`;
}

/** Two messages of the same words on one channel are what must not happen, whatever their ids. */
function wordsOf({ channel, subject, text, html: mail }: Delivery): string {
  return JSON.stringify([channel, subject, text, mail]);
}

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
    ${wordsOfOfTranscript(body)}
  </li>`;
}

function wordsOfOfTranscript(body: Message['body']): Html {
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
