import type { Campaign } from '../../campaign/campaign.js';
import { type Content, type Html, html } from '../../html/html.js';
import type { Channel } from '../../notification/state.js';
import { SAMPLES } from '../../templates/lint.js';
import { PREVIEW_VALUES } from '../../templates/samplePreview.js';
import { historyWords } from '../../templates/templateCheck.js';
import { definitionList, field, moment, panel, table } from '../page/components.js';
import { messagePreviews } from './messagePreview.js';
import { type PreviewChoice, samplePreviews } from './samplePreviews.js';
import type { KeptVersion, ReadTemplate, ReadVersion } from './templateReader.js';
import {
  channelList,
  lookUps,
  NOTHING_FOUND,
  remarkList,
  shortHash,
  versionBadge,
} from './templateWords.js';
import { variableTables } from './variableTables.js';

export interface TemplateView extends ReadTemplate {
  versions: readonly KeptVersion[];
  /** Campaigns with this template that have not ended. */
  open: readonly Campaign[];
  /** The content hash of what this api has loaded under its name, if it has. */
  loaded?: string;
  choice: PreviewChoice;
  now: number;
}

/** One template: what it says, to whom, with which variables, and where it is used. */
export function templatePage(view: TemplateView): Html {
  const { entry, hash, version, choice, versions, open, now } = view;
  const { name, manifest } = entry;
  return html`<p><a href="/templates">All templates</a></p>
<h1>${name} ${hash === entry.hash ? undefined : html`<span class="quiet">version ${shortHash(hash)}</span>`}</h1>
${hash === entry.hash ? undefined : olderVersion(name)}
<p><bdi>${version.kind === 'usable' ? version.template.source.manifest.description : manifest.description}</bdi></p>
${definitionList(facts(view))}
${checkPanel(version)}
${version.kind === 'usable' ? previewSection(version, view, choice) : undefined}
${version.kind === 'usable' ? variableTables(version.template) : undefined}
<h2 id="used">Where it is used</h2>
${usedBy(open, entry.hash)}
<h2 id="versions">Versions</h2>
${versionTable(name, entry.hash, versions, now)}`;
}

function olderVersion(name: string): Html {
  return panel(
    'open',
    html`<p>This is not the version that is accepted now. <a href="/templates/${name}">See that one</a>.</p>`,
  );
}

function facts({ entry, hash, version, versions, loaded, now }: TemplateView) {
  const since = versions.find((one) => one.hash === hash)?.since;
  const isCurrent = hash === entry.hash;
  return [
    [
      'Version',
      html`<code>${shortHash(hash)}</code> ${isCurrent && since !== undefined ? html`accepted since ${moment(since, now)}` : undefined}`,
    ],
    ['Channels', channelList(version.kind === 'usable' ? version.check.channels : entry.channels)],
    ['Where a request names no channel', byDefault(entry.defaultChannels)],
    ...(version.kind === 'usable'
      ? [
          ['Looked up for each customer', lookUps(version.template.compiled)] as const,
          ['Without history', sentence(historyWords(version.check))] as const,
        ]
      : []),
    ["In this api's folder at its start", isCurrent ? besideLoaded(entry.hash, loaded) : undefined],
  ] as (readonly [string, Content])[];
}

function byDefault(channels: readonly Channel[]): string {
  if (channels.length === 0) return 'it is refused: there is no part for the default channels';
  const list = channelList(channels);
  return channels.length === 1 ? `${list} alone` : `${list}: tried in this order`;
}

function besideLoaded(accepted: string, loaded: string | undefined): string {
  if (loaded === accepted) return 'the same version';
  if (loaded === undefined) return 'not there: another process has made it known';
  return `another version, ${shortHash(loaded)}: a process that started later has made the accepted one known`;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function checkPanel(version: ReadVersion): Html {
  switch (version.kind) {
    case 'usable': {
      const { remarks, off } = version.check;
      if (remarks.length === 0) {
        return panel('good', html`<p>${versionBadge(version)} ${NOTHING_FOUND}</p>`);
      }
      return panel(
        off.length > 0 ? 'bad' : 'open',
        html`<p>${versionBadge(version)} <code>notifier templates check</code> says:</p>${remarkList(remarks)}`,
      );
    }
    case 'unusable':
      return panel(
        'bad',
        html`<p>${versionBadge(version)} ${version.why}</p>
<p>Notifications of this version cannot be rendered by this version of the product.</p>`,
        'alert',
      );
    case 'gone':
      return panel(
        'bad',
        html`<p>${versionBadge(version)} Redis has no content under this version.</p>
<p>It was never made known here, or too long ago. Start an api or a worker with it to bring it back.</p>`,
        'alert',
      );
    default:
      return version satisfies never;
  }
}

function previewSection(
  { template }: Extract<ReadVersion, { kind: 'usable' }>,
  { entry, hash }: TemplateView,
  choice: PreviewChoice,
): Html {
  const samples = SAMPLES.map(({ title, context }, at) => ({
    value: String(at + 1),
    label: `${title} (${context.customerName})`,
  }));
  const values = Object.entries(PREVIEW_VALUES).map(([value, label]) => ({ value, label }));
  return html`<h2 id="preview">Preview</h2>
<form method="get" action="/templates/${entry.name}#preview" class="inline">
${hash === entry.hash ? undefined : html`<input type="hidden" name="version" value="${hash}">`}
${field({ label: 'Sample customer', name: 'sample', value: String(choice.sample), options: samples })}
${field({ label: 'Variables', name: 'values', value: choice.values, options: values })}
<button>Show</button>
</form>
${messagePreviews(samplePreviews(template, choice))}`;
}

function usedBy(open: readonly Campaign[], current: string): Html {
  const limits = html`<p class="hint">Looked at: all campaigns that run or start by themselves, and the newest 200 of the others.
Notifications that other services send one by one are not counted here.</p>`;
  if (open.length === 0) return html`<p>No open campaign uses it.</p>${limits}`;
  return html`${table(
    'Open campaigns with this template',
    [
      {
        title: 'Campaign',
        kind: 'text',
        cell: ({ id, name }) => html`<a href="/campaigns/${id}"><bdi>${name}</bdi></a>`,
      },
      { title: 'State', cell: ({ state }) => state },
      {
        title: 'Version',
        cell: ({ state, templateHash }) => pinned(state, templateHash, current),
      },
    ],
    open,
  )}${limits}`;
}

/** A campaign takes the version that is accepted when it starts, and keeps it. */
function pinned(state: Campaign['state'], hash: string, current: string): Html {
  if (state === 'importing' || state === 'ready') return html`the one accepted at its start`;
  const which = hash === current ? 'the accepted one' : 'another one';
  return html`<code>${shortHash(hash)}</code> (${which})`;
}

function versionTable(
  name: string,
  current: string,
  versions: readonly KeptVersion[],
  now: number,
): Html {
  if (versions.length === 0) {
    return html`<p>Only the accepted one is known: <code>${shortHash(current)}</code>. Versions are noted from the next start of an
api or a worker on.</p>`;
  }
  return html`${table(
    'Versions of this template',
    [
      {
        title: 'Version',
        cell: ({ hash, isKept }) =>
          isKept
            ? html`<a href="/templates/${name}?version=${hash}"><code>${shortHash(hash)}</code></a>`
            : html`<code>${shortHash(hash)}</code>`,
      },
      {
        title: 'Accepted since',
        cell: ({ since }) => (since === undefined ? 'not noted' : moment(since, now)),
      },
      {
        title: 'Content',
        cell: ({ isKept }) => (isKept ? 'in Redis' : 'not in Redis any more'),
      },
    ],
    versions,
  )}<p class="hint">A notification is rendered by the version that was accepted with it, also when a newer one has come. The
last 20 are remembered.</p>`;
}
