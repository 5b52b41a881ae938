import { writeFile } from 'node:fs/promises';
import { type FieldProblem, parseRequest } from '../notification/request.js';
import { CHANNELS, type Channel } from '../notification/state.js';
import type { CompiledTemplate, CompileOptions } from '../templates/compile.js';
import { SAMPLES } from '../templates/lint.js';
import {
  type LoadedTemplate,
  loadTemplates,
  quotingOf,
  templatesDir,
} from '../templates/loadTemplates.js';
import { checkVariables, type TemplateVariables } from '../templates/manifest.js';
import { previewFor, sampleOf } from '../templates/samplePreview.js';
import { checkTemplate, historyWords } from '../templates/templateCheck.js';
import type { RenderResult } from '../templates/templateParts.js';
import { TemplateError } from '../templates/templateProblems.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { type Output, outputFor, printable } from './output.js';
import { describeDryRun, describeMessage } from './send/describeSendDryRun.js';
import { splitVariable } from './send/options.js';

/** Checks every template of a folder: what is wrong, and what may yet surprise. */
export async function checkTemplates(
  directory: string | undefined,
  { json = false }: { json?: boolean },
): Promise<ExitCode> {
  const output = outputFor(json);
  const dir =
    directory ?? templatesDir({ TEMPLATES_DIR: process.env['TEMPLATES_DIR'] || undefined });
  let loaded: LoadedTemplate[];
  try {
    loaded = await loadTemplates(dir, quoting());
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    output.result(error.message, { ok: false, problems: error.problems });
    return EXIT.other;
  }
  const configured = configuredChannels();
  const templates = loaded.map((template) => checkTemplate(template, configured));
  const lines = templates.flatMap((check) => [
    check.off.length === 0
      ? `${check.name}: fine (${check.channels.join(', ')})`
      : `${check.name}: ${check.off.join(' and ').toUpperCase()} IS OFF (only ${check.channels.join(', ')})`,
    `  ${historyWords(check)}`,
    ...check.remarks.map(
      ({ channel, message }) =>
        `  warning: ${channel === undefined ? '' : `${channel} `}${message}`,
    ),
  ]);
  const printing = loaded.filter(({ compiled }) => printsLink(compiled));
  if (!process.env['PUBLIC_URL'] && printing.length > 0) {
    const names = printing.map(({ compiled }) => compiled.name).join(', ');
    output.remark(`PUBLIC_URL is not set: without it {{ unsubscribeUrl }} is empty (${names}).`);
  }
  output.result(lines.join('\n'), { ok: true, templates });
  return EXIT.ok;
}

function printsLink(template: CompiledTemplate): boolean {
  return template.channels.some((channel) =>
    template.contextVariables(channel).includes('unsubscribeUrl'),
  );
}

/** The check needs no configuration; where there is one, its channels are those that matter. */
function configuredChannels(): readonly Channel[] {
  const named = (process.env['NOTIFY_CHANNELS'] || 'web,email').split(',');
  return CHANNELS.filter((channel) => named.some((name) => name.trim() === channel));
}

function quoting(): CompileOptions {
  return quotingOf({ QUOTE_CUSTOMERS: process.env['QUOTE_CUSTOMERS'] === 'off' ? 'off' : 'on' });
}

export interface PreviewOptions {
  recipient?: string;
  sample?: number;
  var: string[];
  html?: string;
  json?: boolean;
}

/**
 * Shows a template as a customer would get it: a made-up one, or, with `--recipient`, a real one who
 * is looked up. Sends nothing, stores nothing.
 */
export async function previewTemplate(name: string, options: PreviewOptions): Promise<ExitCode> {
  const output = outputFor(options.json === true);
  const template = await find(name, output);
  if (template === undefined) return EXIT.invalid;
  const { manifest } = template.source;
  const variables = variablesFor(template, options.var);
  const problems = [
    ...options.var
      .filter((text) => splitVariable(text) === undefined)
      .map(() => ({ field: '--var', expected: 'name=value' })),
    ...checkVariables(manifest, variables),
  ];
  if (problems.length > 0) return refuse(problems, output);
  if (options.recipient === undefined) return showSample(template, variables, options, output);
  return showRecipient(template, variables, { ...options, recipient: options.recipient }, output);
}

async function find(name: string, output: Output): Promise<LoadedTemplate | undefined> {
  try {
    const dir = templatesDir({ TEMPLATES_DIR: process.env['TEMPLATES_DIR'] || undefined });
    const loaded = await loadTemplates(dir, quoting());
    const template = loaded.find(({ source }) => source.name === name);
    if (template !== undefined) return template;
    const names = loaded.map(({ source }) => source.name).join(', ');
    refuse([{ field: 'NAME', expected: `the name of a template: ${names}` }], output);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    output.remark(`The templates cannot be used:\n${error.message}`);
    output.result('', { error: 'invalid_templates', problems: error.problems });
  }
  return undefined;
}

/** The examples of the manifest, and over them what was given. */
function variablesFor({ source }: LoadedTemplate, given: readonly string[]): TemplateVariables {
  const examples = Object.entries(source.manifest.variables).map(
    ([name, { example }]) => [name, example] as const,
  );
  const pairs = given.map(splitVariable).filter((pair) => pair !== undefined);
  return Object.fromEntries([...examples, ...pairs]);
}

async function showSample(
  template: LoadedTemplate,
  variables: TemplateVariables,
  { sample: number = 1, html }: PreviewOptions,
  output: Output,
): Promise<ExitCode> {
  const sample = sampleOf(number);
  if (sample === undefined) {
    const list = SAMPLES.map(({ title }, at) => `${at + 1} ${title}`).join('; ');
    return refuse([{ field: '--sample', expected: `one of: ${list}` }], output);
  }
  const { context, title } = sample;
  const { compiled } = template;
  const previews = previewFor(template, sample, variables);
  const rendered = previews.map(({ channel, rendered: result }) => ({ channel, result }));
  const lines = [
    `${compiled.name} for sample ${number} of ${SAMPLES.length}: ${title} (${context.customerName})`,
    ...rendered.flatMap(({ channel, result }) =>
      result.ok
        ? describeMessage(result.message, html === undefined ? 'length' : 'left out')
        : ['', `── ${channel} cannot be rendered: ${result.reason} (${result.detail})`],
    ),
  ];
  const results = rendered.map(({ result }) => result);
  if (!context.hasHistory) remarkOnHistory(compiled, output);
  const written = await writeHtml(html, results, output);
  if (!written) return EXIT.invalid;
  output.result(printable(lines.join('\n')), {
    template: compiled.name,
    sample: number,
    title,
    rendered,
  });
  return results.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
}

async function showRecipient(
  template: LoadedTemplate,
  variables: TemplateVariables,
  { recipient, html }: PreviewOptions & { recipient: string },
  output: Output,
): Promise<ExitCode> {
  const { compiled } = template;
  const parsed = parseRequest(
    {
      recipient: { email: recipient },
      template: compiled.name,
      variables,
      channels: [...compiled.channels],
      history: { required: false },
    },
    undefined,
  );
  if (!parsed.ok) return refuse([{ field: '--recipient', expected: 'an email address' }], output);
  // What looks customers up is loaded by a preview that asks for it, not by each check.
  const { configurationFor } = await import('./deploymentCommand.js');
  const config = configurationFor('worker');
  if (config === undefined) return EXIT.configuration;
  const { dryRunOnce } = await import('./dryRunOnce.js');
  const outcome = await dryRunOnce(parsed.request, compiled, config, output);
  if (!outcome.ok) return refuse(outcome.problems, output);
  const { result } = outcome;
  const results =
    result.would === 'send' || result.would === 'fail'
      ? result.channels.flatMap((tried) => (tried.reachable ? [tried.rendered] : []))
      : [];
  if (!(await writeHtml(html, results, output))) return EXIT.invalid;
  if ('context' in result && !result.context.hasHistory) remarkOnHistory(compiled, output);
  output.result(describeDryRun(result), result);
  return result.would === 'send' ? EXIT.ok : EXIT.other;
}

/** What is shown may not be what happens: customers without history get no message by default. */
function remarkOnHistory(template: CompiledTemplate, output: Output): void {
  if (!template.channels.some((channel) => template.usesHistory(channel))) return;
  output.remark(
    'This customer has no history. A request that does not say "history": {"required": false} skips them (no_history); this is what they would get with it.',
  );
}

/** False when there was something to be written and nothing to write. */
async function writeHtml(
  file: string | undefined,
  results: readonly RenderResult[],
  output: Output,
): Promise<boolean> {
  if (file === undefined) return true;
  const html = results
    .map((result) => (result.ok && 'html' in result.message ? result.message.html : undefined))
    .find((source) => source !== undefined);
  if (html === undefined) {
    refuse(
      [{ field: '--html', expected: 'a template with an email part that can be rendered' }],
      output,
    );
    return false;
  }
  await writeFile(file, html);
  output.remark(`The email's HTML is in ${file}`);
  return true;
}

function refuse(problems: readonly FieldProblem[], output: Output): ExitCode {
  for (const { field, expected } of problems) output.remark(`${field}: expected ${expected}`);
  output.result('', { error: 'invalid', problems });
  return EXIT.invalid;
}
