import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseUrl } from '../http/parseUrl.js';
import { parseExactJson } from '../notification/exactJson.js';
import { CHANNELS, type Channel } from '../notification/state.js';
import { type CompiledTemplate, compileTemplate, type RenderValues } from './compile.js';
import { EXAMPLE_UNSUBSCRIBE_URL, exampleContext } from './contextVariables.js';
import { PART_SIZE_LIMIT } from './engine.js';
import {
  contentHash,
  exampleProblems,
  type TemplateManifest,
  type TemplateSource,
  templateManifest,
} from './manifest.js';
import {
  PART_NAMES,
  type PartName,
  partFileName,
  partNames,
  type RenderFailure,
  type RenderResult,
} from './templateParts.js';
import { TemplateError, type TemplateProblem } from './templateProblems.js';

const TEMPLATE_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const MANIFEST_FILE = 'template.json';
const FILE_NAMES: readonly string[] = [MANIFEST_FILE, ...PART_NAMES.map(partFileName)];

/**
 * Reads every template of a folder, each a folder of its own, and tries each out on its examples.
 * Names that begin with a dot are passed over (a mounted volume has such entries of its own).
 *
 * Throws one TemplateError with all problems of all templates: the author who corrects them should not have
 * to start the service once for each.
 */
export async function readTemplates(directory: string): Promise<TemplateSource[]> {
  const problems: TemplateProblem[] = [];
  const sources: TemplateSource[] = [];
  const report = (problem: TemplateProblem) => problems.push(problem);
  for (const name of await templateNames(directory, report)) {
    const source = await readTemplate(directory, name, report);
    if (!source) continue;
    tryOut(source, report);
    sources.push(source);
  }
  if (problems.length > 0) throw new TemplateError(problems);
  return sources;
}

type Report = (problem: TemplateProblem) => void;

async function templateNames(directory: string, report: Report): Promise<string[]> {
  const entries = await list(directory);
  if (!entries || entries.length === 0) {
    report({ template: directory, message: 'expected a folder with one folder per template' });
    return [];
  }
  return entries.filter((name) => {
    if (TEMPLATE_NAME.test(name)) return true;
    const expected = 'a folder named by lower-case letters, digits and -';
    report({ template: name, message: `unexpected in the templates folder; expected ${expected}` });
    return false;
  });
}

async function list(directory: string): Promise<string[] | undefined> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => !name.startsWith('.')).sort();
  } catch {
    return undefined;
  }
}

async function readTemplate(
  directory: string,
  name: string,
  report: Report,
): Promise<TemplateSource | undefined> {
  const folder = join(directory, name);
  const entries = await list(folder);
  if (!entries) {
    report({ template: name, message: 'expected a folder that can be read' });
    return undefined;
  }
  for (const file of entries.filter((entry) => !FILE_NAMES.includes(entry))) {
    report({
      template: name,
      file,
      message: `unexpected; a template has ${FILE_NAMES.join(', ')}`,
    });
  }
  const files = new Map<string, string>();
  for (const file of FILE_NAMES.filter((entry) => entries.includes(entry))) {
    const content = await readText(join(folder, file));
    if (content.ok) files.set(file, content.text);
    else report({ template: name, file, message: content.message });
  }
  const parts: Partial<Record<PartName, string>> = {};
  for (const part of PART_NAMES) {
    const text = files.get(partFileName(part));
    if (text !== undefined) parts[part] = text;
  }
  checkCompleteness(name, entries, report);
  const manifest = readManifest(name, files.get(MANIFEST_FILE), entries, report);
  return manifest && { name, hash: contentHash(files), manifest, parts };
}

type TextFile = { ok: true; text: string } | { ok: false; message: string };

async function readText(path: string): Promise<TextFile> {
  try {
    const { size } = await stat(path);
    if (size > PART_SIZE_LIMIT) {
      return { ok: false, message: `${size} bytes; at most ${PART_SIZE_LIMIT} are allowed` };
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    return { ok: true, text: text.replace(/\r\n/g, '\n') };
  } catch {
    return { ok: false, message: 'expected a file with UTF-8 text that can be read' };
  }
}

/**
 * A part that several channels need must be there when one of them has any part: else all of them would
 * be missing unnoticed. One channel that is incomplete is remarked upon by lint.
 */
function checkCompleteness(template: string, entries: readonly string[], report: Report): void {
  const has = (part: PartName) => entries.includes(partFileName(part));
  if (!PART_NAMES.some(has)) {
    report({ template, message: `has no parts; expected ${FILE_NAMES.slice(1).join(', ')}` });
  }
  for (const part of PART_NAMES.filter((name) => !has(name))) {
    const users = CHANNELS.filter((channel) => partNames(channel).includes(part));
    if (users.length < 2 || !users.some((channel) => partNames(channel).some(has))) continue;
    const message = `missing; ${users.join(' and ')} need it`;
    report({ template, file: partFileName(part), message });
  }
}

function readManifest(
  template: string,
  text: string | undefined,
  entries: readonly string[],
  report: Report,
): TemplateManifest | undefined {
  const file = MANIFEST_FILE;
  if (text === undefined) {
    if (!entries.includes(file)) report({ template, file, message: 'missing' });
    return undefined;
  }
  let json: unknown;
  try {
    json = parseExactJson(text);
  } catch {
    report({ template, file, message: 'is not valid JSON' });
    return undefined;
  }
  const result = templateManifest.safeParse(json);
  if (result.success) {
    for (const { field, expected } of exampleProblems(result.data)) {
      report({ template, file, message: `${field}: expected ${expected}` });
    }
    return result.data;
  }
  for (const { path, message } of result.error.issues) {
    report({ template, file, message: [path.join('.'), message].filter(Boolean).join(': ') });
  }
  return undefined;
}

/**
 * Compiles a template and renders it on its own examples, with and without history, with all its
 * variables and with the required ones only. What fails here would fail for a customer later.
 */
function tryOut(source: TemplateSource, report: Report): void {
  try {
    const compiled = compileTemplate(source);
    for (const channel of compiled.channels) {
      const failed = trials(source, channel)
        .map(({ title, values }) => ({ title, result: renderInTime(compiled, channel, values) }))
        .find(({ result }) => !result.ok);
      if (failed !== undefined && !failed.result.ok) {
        reportFailure(source, failed.title, failed.result, report);
        continue;
      }
      const failure = branchFailure(source, compiled, channel);
      // The limit of time is the clock's: on a busy machine it says nothing about the template, and a
      // process that starts must not stop at it.
      if (failure !== undefined && failure.reason !== 'render_limit') {
        reportFailure(source, `${channel} in a branch that some rows lead into`, failure, report);
      }
    }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    for (const problem of error.problems) report(problem);
  }
}

/**
 * The limit of time is the clock's. On a busy machine a template may meet it by chance, and a process
 * that starts must not stop at that; one that really takes too long meets it each time.
 */
function renderInTime(
  compiled: CompiledTemplate,
  channel: Channel,
  values: RenderValues,
): RenderResult {
  let result = compiled.render(channel, values);
  for (let again = 0; again < 2 && !result.ok && result.reason === 'render_limit'; again += 1) {
    result = compiled.render(channel, values);
  }
  return result;
}

function reportFailure(
  source: TemplateSource,
  title: string,
  { part, reason, detail }: RenderFailure,
  report: Report,
): void {
  const file = part ? { file: partFileName(part) } : {};
  report({ template: source.name, ...file, message: `${title}: ${reason} (${detail})` });
}

/**
 * What fails in any branch, with every variable given. A variable that another branch assigns may be
 * missing where that branch is not taken, and rightly: that counts only where it is missing whichever
 * way the flags stand.
 */
function branchFailure(
  source: TemplateSource,
  compiled: CompiledTemplate,
  channel: Channel,
): RenderFailure | undefined {
  const { all, flipped, dates } = exampleValues(source);
  const context = exampleContext(true);
  const failures = [all, flipped, dates].map((variables) =>
    compiled.branchFailures(channel, {
      context,
      variables,
      unsubscribeUrl: EXAMPLE_UNSUBSCRIBE_URL,
    }),
  );
  const [first = [], ...others] = failures;
  return (
    failures.flat().find(({ reason }) => reason !== 'missing_variable') ??
    first.find(({ part, detail }) =>
      others.every((some) => some.some((other) => other.part === part && other.detail === detail)),
    )
  );
}

const DATE = '2026-05-01';

function exampleValues({ manifest }: TemplateSource) {
  const examples = Object.entries(manifest.variables);
  const each = (value: (declaration: (typeof examples)[number][1]) => string | number | boolean) =>
    Object.fromEntries(examples.map(([name, declaration]) => [name, value(declaration)]));
  return {
    all: each(({ example }) => example),
    flipped: each(({ example }) => (typeof example === 'boolean' ? !example : example)),
    // A date filter says nothing of its format until its value is a date.
    dates: each(({ example, maxLength }) =>
      typeof example === 'string' && maxLength >= DATE.length && parseUrl(example) === undefined
        ? DATE
        : example,
    ),
    required: Object.fromEntries(
      examples.filter(([, { required }]) => required).map(([name, { example }]) => [name, example]),
    ),
  };
}

function trials(source: TemplateSource, channel: Channel) {
  const { all, flipped, dates, required } = exampleValues(source);
  return [true, false].flatMap((hasHistory) =>
    [all, required, flipped, dates].map((variables) => ({
      title: `${channel} on the examples ${hasHistory ? 'with' : 'without'} history`,
      values: {
        context: exampleContext(hasHistory),
        variables,
        unsubscribeUrl: hasHistory ? EXAMPLE_UNSUBSCRIBE_URL : undefined,
      },
    })),
  );
}
