import { type Html, html } from '../../html/html.js';
import { CONTEXT_VARIABLES } from '../../templates/contextVariables.js';
import type { LoadedTemplate } from '../../templates/loadTemplates.js';
import { kindOf } from '../../templates/variableKind.js';
import { table } from '../page/components.js';
import { channelList, ORIGINS } from './templateWords.js';

/** What each kind of value has to be. */
const KINDS = {
  text: 'text',
  number: 'number',
  boolean: 'true or false',
  date: 'date or time',
  url: 'https link',
  link: 'https or mailto link',
} as const;

/** The variables of a template: those that it takes from the request, and those that it takes from the customer. */
export function variableTables(template: LoadedTemplate): Html {
  return html`<h2 id="variables">Variables from the request</h2>
${ownVariables(template)}
<h2>Variables from the customer</h2>
${customerVariables(template)}`;
}

function ownVariables({ source, compiled }: LoadedTemplate): Html {
  const declared = Object.entries(source.manifest.variables);
  if (declared.length === 0) return html`<p>It takes none.</p>`;
  const reads = (name: string) =>
    compiled.channels.filter((channel) => compiled.variables(channel).has(name));
  return html`${table(
    'Variables from the request',
    [
      { title: 'Name', kind: 'id', cell: ([name]) => name },
      {
        title: 'What it is',
        kind: 'text',
        cell: ([, { description }]) => html`<bdi>${description}</bdi>`,
      },
      {
        title: 'Kind',
        cell: ([, declaration]) =>
          `${KINDS[kindOf(declaration)]}, at most ${declaration.maxLength} characters`,
      },
      {
        title: 'Where it is left out',
        cell: ([, { required }]) =>
          required ? html`<strong>the request is refused</strong>` : 'it is empty',
      },
      {
        title: 'Example',
        kind: 'text',
        cell: ([, { example }]) => html`<bdi>${String(example)}</bdi>`,
      },
      { title: 'Used by', cell: ([name]) => channelList(reads(name)) },
    ],
    declared,
  )}<p class="hint">Requests give them in <code>variables</code>, campaigns in a column of this name or for all rows.</p>`;
}

function customerVariables({ compiled }: LoadedTemplate): Html {
  const names = new Set(compiled.channels.flatMap((channel) => compiled.contextVariables(channel)));
  if (names.size === 0) return html`<p>It uses none.</p>`;
  const reads = (name: string) =>
    compiled.channels.filter((channel) => compiled.variables(channel).has(name));
  return table(
    'Variables from the customer',
    [
      { title: 'Name', kind: 'name', cell: (name) => name },
      { title: 'What it is', kind: 'text', cell: (name) => CONTEXT_VARIABLES[name].description },
      { title: 'Comes from', cell: (name) => ORIGINS[CONTEXT_VARIABLES[name].need] },
      { title: 'Example', cell: (name) => String(CONTEXT_VARIABLES[name].example) },
      { title: 'Used by', cell: (name) => channelList(reads(name)) },
    ],
    [...names],
  );
}
