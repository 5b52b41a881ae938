import type { Delivery } from '../inbox.js';
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
