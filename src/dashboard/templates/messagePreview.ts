import { type Content, type Html, html } from '../../html/html.js';
import type { RenderedMessage } from '../../notification/channelFacts.js';
import type { Channel } from '../../notification/state.js';
import { PARTS, type RenderFailure, type RenderResult } from '../../templates/templateParts.js';
import { errorPanel } from '../page/components.js';
import { mailFrame } from './mailPreview.js';

/** The channels as people call them. */
export const CHANNEL_TITLES: Readonly<Record<Channel, string>> = {
  web: 'Web message',
  email: 'Email',
  engage: 'Engage',
  sms: 'SMS',
};

export interface PreviewedMessage {
  channel: Channel;
  rendered: RenderResult;
  /** What else is to be said of it, beside the name of its channel. */
  note?: Content;
  /** Where its HTML is served (sendMail), if it has any; without it the HTML is not shown. */
  mailUrl?: string;
}

/**
 * Messages as their recipient would see them, a box for each. Their page is sent with `frames: true`. An
 * email over engage that says what the email says is not shown twice.
 */
export function messagePreviews(messages: readonly PreviewedMessage[]): Html {
  const shown = messages.filter((one) => !messages.some((other) => repeats(one, other)));
  const boxes = (isMail: boolean) =>
    shown
      .filter(({ channel }) => MAIL.has(channel) === isMail)
      .map((message) => messageBox(message, messages));
  const [short, mails] = [boxes(false), boxes(true)];
  if (short.length === 0 || mails.length === 0) {
    return html`<div class="columns">${short}${mails}</div>`;
  }
  return html`<div class="columns"><div>${short}</div><div>${mails}</div></div>`;
}

/** The channels whose messages take much room. */
const MAIL: ReadonlySet<Channel> = new Set(['email', 'engage']);

function repeats(one: PreviewedMessage, other: PreviewedMessage): boolean {
  const [engage, email] = [one.rendered, other.rendered];
  return (
    one.note === other.note &&
    engage.ok &&
    email.ok &&
    engage.message.channel === 'engage' &&
    email.message.channel === 'email' &&
    engage.message.subject === email.message.subject &&
    engage.message.html === email.message.html
  );
}

function messageBox(one: PreviewedMessage, all: readonly PreviewedMessage[]): Html {
  const { channel, rendered, note } = one;
  const isRepeated = all.some((other) => repeats(other, one));
  return html`<section class="card preview"><h3>${CHANNEL_TITLES[channel]}${
    note === undefined ? undefined : html` <span class="quiet">${note}</span>`
  }</h3>
${rendered.ok ? messageBody(rendered.message, one) : notRendered(rendered)}
${isRepeated ? html`<p class="hint">Engage sends the same subject and HTML.</p>` : undefined}</section>\n`;
}

function messageBody(message: RenderedMessage, { mailUrl }: PreviewedMessage): Html {
  switch (message.channel) {
    case 'web':
    case 'sms':
      return html`<p class="message" dir="auto">${message.text}</p>
<p class="hint">${lengthOf(message.text, message.channel)}</p>`;
    case 'email':
      return html`${mail(message, mailUrl)}
<details><summary>As plain text, for readers that show no HTML</summary>
<p class="message" dir="auto">${message.text}</p><p class="hint">${lengthOf(message.text, 'email.text')}</p></details>`;
    case 'engage':
      return mail(message, mailUrl);
    default:
      return message satisfies never;
  }
}

function mail({ subject }: { subject: string }, url: string | undefined): Html {
  return html`<p class="subject"><span class="quiet">Subject:</span> <bdi>${subject}</bdi></p>
${url === undefined ? undefined : mailFrame(url, `The email: ${subject}`)}`;
}

function lengthOf(text: string, part: 'web' | 'sms' | 'email.text'): string {
  const limit = PARTS.get(part)?.limit ?? 0;
  return `${text.length.toLocaleString('en')} of at most ${limit.toLocaleString('en')} characters`;
}

const FAILURES: Readonly<Record<RenderFailure['reason'], string>> = {
  too_long: 'It is too long.',
  render_limit: 'It takes too much time or memory.',
  render_failed: 'The template fails.',
  empty: 'Nothing is left of it.',
  missing_variable: 'A variable has no value.',
  missing_part: 'A part of the template is missing.',
};

/** Such a message is not sent: the next channel is tried. */
function notRendered({ reason, detail, part }: RenderFailure): Html {
  const where = part === undefined ? '' : ` (${part}.liquid)`;
  return errorPanel(
    `${FAILURES[reason]} Nothing would go out here.`,
    `${detail}${where}. Change the template, or the values that it is given.`,
  );
}
