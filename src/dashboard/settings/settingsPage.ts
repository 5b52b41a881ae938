import type { EffectiveSetting } from '../../effectiveSettings.js';
import { type Html, html } from '../../html/html.js';
import type { Person, Role } from '../../people/role.js';
import { badge, emptyState, panel, table } from '../page/components.js';

const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'sees everything, and changes nothing',
  editor: 'sees everything, and prepares campaigns',
  operator: 'may do everything: start, stop, decide, retry',
};

/** Who looks at this page, and what they may do. */
export function youSection(person: Person | undefined): Html {
  if (person === undefined) {
    return panel(
      'open',
      html`<p><strong>There is no login here.</strong> This console answers to this machine alone, and lets whatever reaches it
do everything. Before the api listens on another address (API_HOST), it asks for logins: see CONSOLE_USERS.</p>`,
    );
  }
  const { name, role } = person;
  return html`<p>Logged in as <strong>${name}</strong>, ${badge('idle', role)} who ${ROLE_WORDS[role]}.</p>`;
}

/** The configuration of the process that answers. */
export function configurationSection(settings: readonly EffectiveSetting[]): Html {
  const changed = settings.filter(({ isDefault }) => !isDefault);
  const others = settings.filter(({ isDefault }) => isDefault);
  return html`<p>As this api was started, ${changed.length} of ${settings.length} settings differ from their default. Settings are environment variables: a
worker has its own, and its log shows them at its start. Of secrets and addresses it is only said that they are set.</p>
<h3>Set here</h3>
${
  changed.length === 0
    ? emptyState('Nothing is set.', 'All settings are at their defaults.')
    : settingTable('Settings that differ from their default', changed)
}
<details><summary>At their defaults (${others.length})</summary>
${settingTable('Settings at their defaults', others)}</details>`;
}

function settingTable(label: string, settings: readonly EffectiveSetting[]): Html {
  return table(
    label,
    [
      { title: 'Name', kind: 'name', cell: ({ name }) => name },
      { title: 'Value', kind: 'text', cell: shownValue },
      { title: 'What it means', kind: 'text', cell: ({ meaning }) => withCode(meaning) },
    ],
    settings,
  );
}

function shownValue({ value, isDefault }: EffectiveSetting): Html {
  if (value === undefined) return html`<span class="quiet">not set</span>`;
  return html`<code>${value}</code>${isDefault ? html` <span class="quiet">(default)</span>` : undefined}`;
}

/** Names and values stand in backticks, as in the documents. */
function withCode(text: string): Html[] {
  return text
    .split('`')
    .map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
