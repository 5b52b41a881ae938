import type { TemplateLook } from '../../campaign/preparation.js';
import { type Html, html } from '../../html/html.js';
import type { FieldProblem } from '../../notification/request.js';
import type { Channel } from '../../notification/state.js';
import type { TemplateEntry } from '../../templates/catalogue.js';
import { button, emptyState, errorPanel, field, panel } from '../page/components.js';
import { messagePreviews } from '../templates/messagePreview.js';
import { type CampaignForm, channelChoices, VARIABLE } from './campaignForm.js';
import { steps } from './stepsBar.js';
import { channelName, named } from './words.js';

/** The first choice: which message to send. */
export function templateChoicePage(
  templates: readonly { entry: TemplateEntry; look: readonly TemplateLook[] }[],
): Html {
  return html`<h1>New campaign</h1>
${steps('message')}
${
  templates.length === 0
    ? NO_TEMPLATE
    : html`<h2>Choose the message</h2>
<div class="choices">${templates.map(({ entry, look }) => choice(entry, look))}</div>`
}`;
}

const NO_TEMPLATE = emptyState(
  'There is no template yet',
  html`A template is a folder on the server. Ask the administrator of this deployment, or read docs/templates.md.`,
);

function choice(
  { name, manifest, channels }: TemplateEntry,
  [first]: readonly TemplateLook[],
): Html {
  const url = `/new-campaign?template=${encodeURIComponent(name)}`;
  return html`<section class="card" aria-label="${name}">
<h3>${named(name)}</h3>
<p>${manifest.description}</p>
<p class="quiet">${channels.map(channelName).join(', ')}</p>
${first === undefined ? undefined : messagePreviews([{ ...first, mailUrl: mailUrl(name, first.channel, {}) }])}
<p><a class="button main" href="${url}">Use this message <span class="sr">${name}</span></a></p>
</section>`;
}

/** Where the HTML part of a template's message is, with these variables; none of them is an address. */
function mailUrl(
  template: string,
  channel: Channel,
  variables: Readonly<Record<string, string>>,
): string {
  const given = Object.entries(variables).map(([name, value]): [string, string] => [
    `${VARIABLE}${name}`,
    value,
  ]);
  const query = new URLSearchParams([['template', template], ['channel', channel], ...given]);
  return `/new-campaign/mail?${query}`;
}

export interface NewCampaign {
  form: CampaignForm;
  entry: TemplateEntry;
  look: readonly TemplateLook[];
  problems?: readonly FieldProblem[];
  /** The field that lets the form do its work once. */
  once: Html;
  /** The campaign that this one is made after. */
  like?: LikedCampaign;
}

interface LikedCampaign {
  id: string;
  name: string;
  /** It has no file: the new one takes its place. */
  isEmpty: boolean;
}

/** The form, and beside it the message as it will look. */
export function newCampaignPage(all: NewCampaign): Html {
  const { form, entry, look, problems = [], once, like } = all;
  const wrong = (name: string) =>
    problems
      .filter((problem) => problem.field === name || problem.field.startsWith(`${name}.`))
      .map(({ expected }) => `Expected ${expected}.`)
      .join(' ') || undefined;
  return html`<h1>New campaign</h1>
${steps('message')}
${problems.length === 0 ? undefined : errorPanel('Nothing was made: some fields are not right.', describeProblems(problems))}
${like && likedPanel(like)}
<div class="columns">
<form method="post" action="/campaigns" id="campaign">
${once}
${like && html`<input type="hidden" name="like" value="${like.id}">`}
<input type="hidden" name="template" value="${entry.name}">
${field({ label: 'Name', name: 'name', value: form.name, required: true, maxLength: 200, wrong: wrong('name'), hint: 'For you and your colleagues; customers do not see it.' })}
${variableFields(entry, form, wrong)}
${field({ label: 'Channels', name: 'channels', value: form.channels, wrong: wrong('channels'), hint: 'The next one is tried where the one before does not reach the customer.', options: channelOptions(entry) })}
<details${hasMore(form) ? html` open` : undefined}><summary>More settings</summary>
${field({ label: 'Customers without an earlier conversation', name: 'history', value: form.history, wrong: wrong('history'), options: HISTORY })}
${field({ label: 'Send nothing after (UTC)', name: 'endAt', type: 'datetime-local', value: form.endAt, wrong: wrong('endAt'), hint: 'Rows that are left over then expire. Empty: no end.' })}
${field({ label: 'Fetch in bulk ahead of the rows', name: 'prefetch', value: form.prefetch, options: PREFETCH, hint: 'Costs fewer requests from 1,000 rows on.' })}
</details>
<p class="buttons">${button('Make the campaign, then choose the file', 'main')} <a href="/new-campaign">Another message</a></p>
</form>
<section aria-labelledby="look"><h2 id="look">How it will look</h2>
<div id="message" hx-post="/new-campaign/message" hx-trigger="input from:#campaign delay:400ms" hx-include="#campaign">
${lookView(form, look)}
</div></section>
</div>`;
}

function likedPanel({ id, name, isEmpty }: LikedCampaign): Html {
  const link = html`<a href="/campaigns/${id}">${named(name)}</a>`;
  return panel(
    'open',
    isEmpty
      ? html`<p>The campaign that you make here takes the place of ${link}, which has no file yet.</p>`
      : html`<p>The values are those of ${link}, which stays as it is.</p>`,
  );
}

function describeProblems(problems: readonly FieldProblem[]): string {
  return problems.map(({ field: name, expected }) => `${name}: expected ${expected}.`).join(' ');
}

const HISTORY = [
  { value: '', label: 'As the message needs it' },
  { value: 'required', label: 'Skip them' },
  { value: 'optional', label: 'Write to them, too' },
];

const PREFETCH = [
  { value: '', label: 'Where it is worth it' },
  { value: 'off', label: 'Never' },
];

function hasMore({ history, endAt, prefetch }: CampaignForm): boolean {
  return history !== '' || endAt !== '' || prefetch !== '';
}

function channelOptions(entry: TemplateEntry): { value: string; label: string }[] {
  const said = (channels: readonly Channel[]) => channels.map(channelName).join(', then ');
  const usual = said(entry.defaultChannels);
  return [
    { value: '', label: usual === '' ? 'As configured' : `${usual} (as configured)` },
    ...channelChoices(entry).map((channels) => ({
      value: channels.join(','),
      label: channels.length === 1 ? `${said(channels)} only` : said(channels),
    })),
  ];
}

function variableFields(
  { manifest }: TemplateEntry,
  form: CampaignForm,
  wrong: (name: string) => string | undefined,
): Html | undefined {
  const all = Object.entries(manifest.variables);
  if (all.length === 0) return undefined;
  return html`<fieldset><legend>Values in the message</legend>
<p class="hint">The same for all customers. A column of the file with that name goes before the value here.</p>
${all.map(([name, { description, example, maxLength, required }]) =>
  field({
    label: name,
    name: `${VARIABLE}${name}`,
    value: form.variables[name] ?? '',
    maxLength,
    wrong: wrong(`variables.${name}`),
    hint: html`${required ? html`<strong>Needed, here or in the file.</strong> ` : undefined}${description} Example: ${String(example).replace(/\.$/, '')}.`,
  }),
)}</fieldset>`;
}

/** The message on every channel, for an invented customer. */
export function lookView(
  { template, variables }: CampaignForm,
  look: readonly TemplateLook[],
): Html {
  return html`<p class="quiet">For an invented customer. Where a field is empty, its example stands.</p>
${messagePreviews(look.map((one) => ({ ...one, mailUrl: mailUrl(template, one.channel, variables) })))}`;
}
