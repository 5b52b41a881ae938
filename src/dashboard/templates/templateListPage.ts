import type { Campaign } from '../../campaign/campaign.js';
import { type Html, html } from '../../html/html.js';
import { emptyState, moment, table } from '../page/components.js';
import { type FolderLook, folderPanel } from './folderLook.js';
import type { ListedTemplate } from './templateReader.js';
import { channelList, shortHash, versionBadge } from './templateWords.js';

export interface TemplateListView {
  templates: readonly ListedTemplate[];
  /** Campaigns that have not ended. */
  open: readonly Campaign[];
  /** What was found in the folder, where that was asked for. */
  folder?: FolderLook;
  now: number;
}

/** Every template that is accepted. */
export function templateListPage({ templates, open, folder, now }: TemplateListView): Html {
  const used = (name: string) => open.filter(({ template }) => template === name).length;
  return html`<h1>Templates</h1>
<p>What messages say. A template is a folder of files; an api or a worker makes the templates of its folder known when
it starts, and from then on requests and campaigns can name them.</p>
${
  folder === undefined
    ? undefined
    : html`${folderPanel(folder, templates)}
<h2>Accepted templates</h2>`
}
${
  templates.length === 0
    ? emptyState(
        'No template is known.',
        'Put templates into the folder that TEMPLATES_DIR names, and start an api or a worker.',
      )
    : table(
        'Templates',
        [
          {
            title: 'Name',
            cell: ({ entry: { name, manifest } }) =>
              html`<a href="/templates/${name}">${name}</a><br><bdi class="quiet">${manifest.description}</bdi>`,
            kind: 'text',
          },
          { title: 'Channels', cell: ({ entry }) => channelList(entry.channels) },
          { title: 'Check', cell: ({ version }) => versionBadge(version) },
          { title: 'Open campaigns', kind: 'number', cell: ({ entry: { name } }) => used(name) },
          {
            title: 'Version',
            cell: ({ hash, since }) =>
              html`<code>${shortHash(hash)}</code><br>${since === undefined ? html`<span class="quiet">since when was not noted</span>` : html`since ${moment(since, now)}`}`,
          },
        ],
        templates,
      )
}
<form method="get" action="/templates" class="buttons">
<button name="folder" value="look">Check the folder now</button>
<span class="hint">Reads this api's template folder as it is now, as <code>notifier templates check</code> does. Nothing is
changed: a folder takes effect when an api or a worker starts.</span>
</form>`;
}
