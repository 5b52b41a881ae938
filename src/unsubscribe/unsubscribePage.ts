import { createHash } from 'node:crypto';
import { type Content, Html, html } from '../html/html.js';
import type { Channel } from '../notification/state.js';
import type { Language } from '../templates/manifest.js';
import type { Scope } from './unsubscriber.js';
import { type Kind, UNSUBSCRIBE_WORDS, type Words } from './unsubscribeWords.js';

/** What is said of the message that a link came with. */
export interface Message {
  channel: Channel;
  /** Of its template, for customers; in any language and script. */
  title?: string;
}

export interface PageParts {
  language: Language;
  /** Who writes to the customer, where the deployment has a name. */
  sender?: string;
}

const KIND_OF: Readonly<Record<Channel, Kind>> = {
  web: 'chat',
  email: 'email',
  engage: 'email',
  sms: 'sms',
};

/** One request is all that a proxy lets through: the page brings its style, and has no script. */
const STYLE = `
:root { color-scheme: light dark; --page: #f2f4f6; --card: #fff; --text: #1f2933; --quiet: #52606d; --line: #cbd2d9; --main: #1d5a91; --on-main: #fff; }
@media (prefers-color-scheme: dark) { :root { --page: #14181d; --card: #1f252c; --text: #e8ecf0; --quiet: #b4bec9; --line: #4a5662; --main: #8fc1ea; --on-main: #10151a; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 24px 16px; background: var(--page); color: var(--text); font: 17px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; }
main { max-width: 34rem; margin: 4vh auto 0; padding: 28px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow-wrap: anywhere; }
h1 { margin: 0 0 12px; font-size: 1.45rem; line-height: 1.25; }
p { margin: 0 0 14px; }
.quiet { color: var(--quiet); font-size: .92rem; }
p:last-child { margin-bottom: 0; }
fieldset { margin: 20px 0; padding: 0; border: 0; }
legend { padding: 0; margin-bottom: 8px; font-weight: 600; }
label { display: flex; gap: 10px; align-items: flex-start; padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; }
label + label { margin-top: 8px; }
input { flex: none; width: 20px; height: 20px; margin: 3px 0 0; accent-color: var(--main); }
button { width: 100%; min-height: 48px; padding: 10px 20px; border: 0; border-radius: 8px; background: var(--main); color: var(--on-main); font: inherit; font-weight: 600; cursor: pointer; }
:is(button, input):focus-visible { outline: 3px solid var(--main); outline-offset: 3px; }
form { margin-bottom: 18px; }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Its own style and form, and nothing else: no script, no image, nothing of another site. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What will stop, and the button that stops it. */
export function askPage(parts: PageParts, message: Message): string {
  const words = UNSUBSCRIBE_WORDS[parts.language];
  const about =
    message.title === undefined ? undefined : html`<p>${words.about(isolated(message.title))}</p>`;
  return page(parts, words.ask(isolated(parts.sender)), [
    html`<p>${words.cameWith[KIND_OF[message.channel]]}</p>${about}`,
    form(words, message),
    html`<p class="quiet">${words.nothingYet} ${words.stillAnswered}</p>`,
  ]);
}

export function donePage(parts: PageParts, { channel }: Message, scope: Scope): string {
  const words = UNSUBSCRIBE_WORDS[parts.language];
  const said =
    scope === 'all' ? words.doneAll(isolated(parts.sender)) : words.doneOnly[KIND_OF[channel]];
  return page(parts, words.done, [
    html`<p role="status">${said}</p>`,
    html`<p class="quiet">${words.onItsWay} ${words.byMistake}</p>`,
  ]);
}

/** The same for every link that is not one of ours: forged, cut off, or of a key that is gone. */
export function wrongPage(parts: PageParts): string {
  const words = UNSUBSCRIBE_WORDS[parts.language];
  return page(parts, words.wrong, [html`<p>${words.wrongHelp}</p>`]);
}

/** It could not be stored: the person must not believe that it was. */
export function laterPage(parts: PageParts, message: Message): string {
  const words = UNSUBSCRIBE_WORDS[parts.language];
  return page(parts, words.later, [
    html`<p role="alert">${words.laterHelp}</p>`,
    form(words, message),
  ]);
}

export function tooManyPage(parts: PageParts): string {
  const words = UNSUBSCRIBE_WORDS[parts.language];
  return page(parts, words.tooMany, [html`<p>${words.tooManyHelp}</p>`]);
}

/** Sent to the page's own URL, which a proxy may have renamed. */
function form(words: Words, { channel }: Message): Html {
  return html`<form method="post">
<fieldset><legend>${words.choice}</legend>
<label><input type="radio" name="scope" value="all" checked> <span>${words.all}</span></label>
<label><input type="radio" name="scope" value="only"> <span>${words.only[KIND_OF[channel]]}</span></label>
</fieldset>
<button>${words.button}</button>
</form>`;
}

/** A name in any script, kept from turning the words around it. */
function isolated(name: string | undefined): Html | undefined {
  return name === undefined ? undefined : html`<bdi>${name}</bdi>`;
}

function page({ language }: PageParts, heading: Content, body: Content): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${UNSUBSCRIBE_WORDS[language].title}</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<h1>${heading}</h1>
${body}
</main>
</body>
</html>
`.text;
}
