import type { FastifyReply } from 'fastify';
import { type Html, html } from '../../html/html.js';

/**
 * The HTML of an email is shown in a frame, from a URL of its own. It runs nothing, loads nothing from
 * anywhere, leads nowhere, and has an origin of its own: what a template or a customer wrote can reach
 * neither the console around it nor the session of the person who looks. The header says so, too, so
 * that it also holds where the URL is opened by itself.
 */
const MAIL_POLICY = [
  'sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/** Answers with the HTML of an email, for `mailFrame`. */
export function sendMail(reply: FastifyReply, source: string): FastifyReply {
  return reply
    .headers({
      'content-security-policy': MAIL_POLICY,
      // The pages of the console are in no frame at all; this one is in theirs.
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
    })
    .type('text/html; charset=utf-8')
    .send(source);
}

/** Shows the email that `url` answers with; its page is sent with `frames: true`. */
export function mailFrame(url: string, label: string): Html {
  return html`<iframe class="mail" sandbox src="${url}" title="${label}"></iframe>
<p class="hint"><a href="${url}">Show it alone</a>. Pictures from elsewhere are not loaded, and links lead nowhere.</p>`;
}
