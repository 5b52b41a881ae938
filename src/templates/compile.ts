import type { Liquid } from 'liquidjs';
import type { MessageField, RenderedMessage } from '../notification/channelFacts.js';
import type { UnknownPolicy } from '../notification/record.js';
import { CHANNELS, type Channel } from '../notification/state.js';
import {
  CONTEXT_VARIABLES,
  type ContextNeed,
  type ContextVariable,
  type ContextVariableName,
  contextScope,
  type GivenByRequest,
  givesWay,
  isContextVariable,
  isQuotation,
  type TemplateContext,
} from './contextVariables.js';
import { createEngine } from './engine.js';
import type { TemplateSource, TemplateVariables } from './manifest.js';
import { type ParsedPart, parsePart } from './parsePart.js';
import { branchFailures, renderPart, type Scope } from './renderPart.js';
import {
  missingPart,
  PARTS,
  type PartKind,
  type PartName,
  partFileName,
  partNames,
  partsOf,
  type RenderFailure,
  type RenderResult,
} from './templateParts.js';
import { type PartProblem, TemplateError } from './templateProblems.js';
import { kindOf, valueOfKind } from './variableKind.js';

export interface RenderValues {
  context: TemplateContext;
  variables?: TemplateVariables;
  /** The recipient's IANA time zone; UTC when left out. */
  timeZone?: string;
  /** The link with which this recipient stops further messages, where there is one. */
  unsubscribeUrl?: string;
}

export interface CompiledTemplate {
  readonly name: string;
  readonly hash: string;
  /** The channels for which the template has every part. */
  readonly channels: readonly Channel[];
  /** What becomes of an `unknown` whose message is surely not on the platform, where the template says so. */
  readonly unknownPolicy: UnknownPolicy | undefined;
  /** The variables a channel's parts read, whichever of their branches is taken. */
  variables(channel: Channel): ReadonlySet<string>;
  /** Those of them that are variables of every template, and not the template's own; quotations only if allowed. */
  contextVariables(channel: Channel): readonly ContextVariableName[];
  /** The quotations a channel's parts read that are empty, because template or deployment forbids them. */
  forbiddenQuotations(channel: Channel): readonly ContextVariableName[];
  /** Whether a channel needs the customer's contact record, beyond what the request gives. */
  usesContact(channel: Channel, given: GivenByRequest): boolean;
  /** Whether a channel needs to know about earlier conversations at all. */
  usesHistory(channel: Channel): boolean;
  /** Whether a channel needs to know what was said in them, or what they were about. */
  usesMessageText(channel: Channel): boolean;
  /** Whether a channel needs the customer's own words. */
  quotesMessages(channel: Channel): boolean;
  /** Whether a channel needs the platform's summary of one. */
  usesSummary(channel: Channel): boolean;
  /** The bodies of a channel's message that have no link to unsubscribe. */
  withoutUnsubscribe(channel: Channel): PartName[];
  render(channel: Channel, values: RenderValues): RenderResult;
  /** Why branches of a channel's parts cannot be rendered, also those these values do not lead into. */
  branchFailures(channel: Channel, values: RenderValues): RenderFailure[];
}

export interface CompileOptions {
  /** Whether the deployment lets templates repeat what was said (`QUOTE_CUSTOMERS`). */
  quoting?: boolean;
}

/**
 * Parses a template once, for any number of renderings. Throws a TemplateError that lists every
 * problem of every part; a source that came from readTemplates has none.
 */
export function compileTemplate(
  source: TemplateSource,
  { quoting = true }: CompileOptions = {},
): CompiledTemplate {
  const declared = Object.keys(source.manifest.variables);
  const known = {
    all: [...new Set([...Object.keys(CONTEXT_VARIABLES), ...declared])],
    hideable: new Set(
      Object.keys(CONTEXT_VARIABLES).filter((name) => givesWay(name) && !declared.includes(name)),
    ),
  };
  const engines: Record<PartKind, Liquid> = {
    text: createEngine('text'),
    header: createEngine('header'),
    html: createEngine('html'),
  };
  const parts = new Map<PartName, ParsedPart>();
  const problems: PartProblem[] = [];
  for (const part of PARTS.values()) {
    const text = source.parts[part.name];
    if (text === undefined) continue;
    const outcome = parsePart(part, text, known, engines[part.kind]);
    if (outcome.ok) parts.set(part.name, outcome.parsed);
    else problems.push(...outcome.problems);
  }
  if (problems.length > 0) {
    throw new TemplateError(
      problems.map(({ part, ...problem }) => ({
        template: source.name,
        file: partFileName(part),
        ...problem,
      })),
    );
  }
  const mayQuote = quoting && source.manifest.quoting !== false;
  return new ParsedTemplate(source, parts, engines, mayQuote);
}

class ParsedTemplate implements CompiledTemplate {
  readonly name: string;
  readonly hash: string;
  readonly channels: readonly Channel[];
  readonly unknownPolicy: UnknownPolicy | undefined;
  readonly #source: TemplateSource;
  readonly #parts: ReadonlyMap<PartName, ParsedPart>;
  readonly #engines: Readonly<Record<PartKind, Liquid>>;
  readonly #mayQuote: boolean;

  constructor(
    source: TemplateSource,
    parts: ReadonlyMap<PartName, ParsedPart>,
    engines: Readonly<Record<PartKind, Liquid>>,
    mayQuote: boolean,
  ) {
    this.name = source.name;
    this.hash = source.hash;
    this.unknownPolicy = source.manifest.unknown;
    this.channels = CHANNELS.filter((channel) =>
      partNames(channel).every((part) => parts.has(part)),
    );
    this.#source = source;
    this.#parts = parts;
    this.#engines = engines;
    this.#mayQuote = mayQuote;
  }

  variables(channel: Channel): ReadonlySet<string> {
    return new Set(
      partNames(channel).flatMap((part) => [...(this.#parts.get(part)?.variables ?? [])]),
    );
  }

  contextVariables(channel: Channel): ContextVariableName[] {
    return this.#commonVariables(channel).filter((name) => this.#mayQuote || !isQuotation(name));
  }

  forbiddenQuotations(channel: Channel): ContextVariableName[] {
    return this.#mayQuote ? [] : this.#commonVariables(channel).filter(isQuotation);
  }

  #commonVariables(channel: Channel): ContextVariableName[] {
    const { variables } = this.#source.manifest;
    return [...this.variables(channel)]
      .filter(isContextVariable)
      .filter((name) => !Object.hasOwn(variables, name));
  }

  usesContact(channel: Channel, given: GivenByRequest): boolean {
    return this.#described(channel).some(
      ({ need, insteadOfContact: other }) =>
        need === 'contact' && (other === undefined || !given[other]),
    );
  }

  usesHistory(channel: Channel): boolean {
    return this.#needs(channel, 'history', 'summary', 'gist', 'transcript');
  }

  usesMessageText(channel: Channel): boolean {
    return this.#needs(channel, 'gist', 'transcript');
  }

  quotesMessages(channel: Channel): boolean {
    return this.#needs(channel, 'transcript');
  }

  usesSummary(channel: Channel): boolean {
    return this.#needs(channel, 'summary');
  }

  withoutUnsubscribe(channel: Channel): PartName[] {
    const isOwn = Object.hasOwn(this.#source.manifest.variables, 'unsubscribeUrl');
    return partsOf(channel)
      .filter(([field]) => field !== 'subject')
      .map(([, { name }]) => name)
      .filter((name) => isOwn || !this.#parts.get(name)?.variables.has('unsubscribeUrl'));
  }

  render(channel: Channel, values: RenderValues): RenderResult {
    const scope = this.#scope(channel, values);
    const missing = this.#missingVariable(scope);
    if (missing) return missing;
    const fields: Partial<Record<MessageField, string>> = {};
    for (const [field, { name, kind }] of partsOf(channel)) {
      const parsed = this.#parts.get(name);
      if (!parsed) return missingPart(channel, name);
      const result = renderPart(parsed, this.#engines[kind], scope);
      if (!result.ok) return result;
      fields[field] = result.text;
    }
    // Exactly the fields of its channel: `partsOf` and the type follow from the same table.
    return { ok: true, message: { channel, ...fields } as RenderedMessage };
  }

  branchFailures(channel: Channel, values: RenderValues): RenderFailure[] {
    const scope = this.#scope(channel, values);
    return partsOf(channel).flatMap(([, { name, kind }]) => {
      const parsed = this.#parts.get(name);
      return parsed === undefined ? [] : branchFailures(parsed, this.#engines[kind], scope);
    });
  }

  #needs(channel: Channel, ...needs: ContextNeed[]): boolean {
    return this.#described(channel).some(({ need }) => needs.includes(need));
  }

  /** What is said of the variables of every template that a channel's parts read. */
  #described(channel: Channel): ContextVariable[] {
    return this.contextVariables(channel).map((name) => CONTEXT_VARIABLES[name]);
  }

  /** Every name a part may read, those without a value as null: strict rendering knows no others. */
  #scope(channel: Channel, values: RenderValues): Scope {
    const { context, variables = {}, timeZone = 'UTC', unsubscribeUrl } = values;
    const declared = Object.entries(this.#source.manifest.variables).map(([name, declaration]) => {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      return [name, value === undefined ? null : valueOfKind(kindOf(declaration), value)];
    });
    const message = { channel, timeZone, unsubscribeUrl };
    const common = Object.entries(contextScope(context, message)).map(([name, value]) => [
      name,
      !this.#mayQuote && isContextVariable(name) && isQuotation(name) ? null : value,
    ]);
    return { ...Object.fromEntries(common), ...Object.fromEntries(declared) };
  }

  #missingVariable(scope: Scope): RenderFailure | undefined {
    for (const [name, { required }] of Object.entries(this.#source.manifest.variables)) {
      if (required && (scope[name] === null || scope[name] === '')) {
        return { ok: false, reason: 'missing_variable', detail: `${name} is required` };
      }
    }
    return undefined;
  }
}
