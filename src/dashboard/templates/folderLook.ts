import { type Html, html } from '../../html/html.js';
import type { Channel } from '../../notification/state.js';
import type { CompileOptions } from '../../templates/compile.js';
import { loadTemplates } from '../../templates/loadTemplates.js';
import { checkTemplate, type TemplateCheck } from '../../templates/templateCheck.js';
import { TemplateError, type TemplateProblem } from '../../templates/templateProblems.js';
import { badge, panel, table, time } from '../page/components.js';
import type { ListedTemplate } from './templateReader.js';
import { remarkList } from './templateWords.js';

/** What `templates check` says of the folder of this api, as it was at one moment (epoch ms). */
export type FolderLook = { at: number } & (
  | { kind: 'readable'; templates: (TemplateCheck & { hash: string })[] }
  | { kind: 'unusable'; problems: readonly TemplateProblem[] }
);

let looking: Promise<FolderLook> | undefined;

/** Reads and tries out every template of a folder; several who ask at once share one look. */
export function lookAtFolder(
  dir: string,
  configured: readonly Channel[],
  options: CompileOptions,
): Promise<FolderLook> {
  looking ??= look(dir, configured, options).finally(() => {
    looking = undefined;
  });
  return looking;
}

async function look(
  dir: string,
  configured: readonly Channel[],
  options: CompileOptions,
): Promise<FolderLook> {
  const at = Date.now();
  try {
    const loaded = await loadTemplates(dir, options);
    const templates = loaded.map((template) => ({
      ...checkTemplate(template, configured),
      hash: template.source.hash,
    }));
    return { kind: 'readable', at, templates };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { kind: 'unusable', at, problems: error.problems };
  }
}

/** What was found, beside what is accepted. */
export function folderPanel(look: FolderLook, accepted: readonly ListedTemplate[]): Html {
  const title = html`<h2>The folder of this api at ${time(look.at)}</h2>`;
  if (look.kind === 'unusable') {
    return html`${title}
${panel(
  'bad',
  html`<p><strong>This folder cannot be used as it is now.</strong> An api or a worker that starts with it stops at once.
What runs goes on with what it has loaded.</p>
<ul>${look.problems.map(
    ({ template, file, line, message }) =>
      html`<li><code>${template}${file === undefined ? '' : `/${file}`}${line === undefined ? '' : `:${line}`}</code> ${message}</li>\n`,
  )}</ul>`,
  'alert',
)}`;
  }
  const missing = accepted.filter(({ entry }) => !look.templates.some(isNamed(entry.name)));
  return html`${title}
${table(
  'Templates in the folder',
  [
    { title: 'Name', cell: ({ name }) => name },
    {
      title: 'Beside what is accepted',
      cell: ({ name, hash }) => comparison(hash, accepted.find(isEntryOf(name))?.hash),
    },
    {
      title: 'What the check says',
      cell: ({ remarks }) =>
        remarks.length === 0 ? badge('good', 'no remarks') : remarkList(remarks),
      kind: 'text',
    },
  ],
  look.templates,
)}
${
  missing.length === 0
    ? undefined
    : html`<p>Not in this folder, but accepted: ${missing.map(({ entry }) => entry.name).join(', ')}. Another process has made them
known; they stay.</p>`
}`;
}

const isNamed =
  (name: string) =>
  (one: { name: string }): boolean =>
    one.name === name;

const isEntryOf =
  (name: string) =>
  ({ entry }: ListedTemplate): boolean =>
    entry.name === name;

function comparison(hash: string, accepted: string | undefined): Html {
  if (accepted === undefined) return badge('open', 'new: known once an api or a worker starts');
  if (accepted === hash) return badge('good', 'the same');
  return badge('open', 'differs: takes effect once an api or a worker starts');
}
