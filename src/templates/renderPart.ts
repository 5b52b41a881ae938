import { type Liquid, LiquidError, Tag, type Template } from 'liquidjs';
import type { TemplateValue } from './contextVariables.js';
import type { ParsedPart } from './parsePart.js';
import type { PartKind, RenderFailure, RenderFailureReason } from './templateParts.js';
import { cleanValue, closeIsolates, oneLine, shorten, tidyLines } from './text.js';

export type Scope = Readonly<Record<string, TemplateValue>>;

type PartResult = { ok: true; text: string } | RenderFailure;

/** A quotation shorter than this says too little to be worth its place; then it is left out. */
const SHORTEST_QUOTE = 12;

/**
 * Renders a part and fits it to its limit. A subject is shortened as a whole. Elsewhere the quoted
 * last message gives way first: shorter and shorter, at last left out as if there were none. A
 * result that is still too long is refused; the words of the template itself are never cut.
 */
export function renderPart(parsed: ParsedPart, engine: Liquid, scope: Scope): PartResult {
  const { name: part, kind, limit } = parsed.part;
  let quote = typeof scope['lastMessage'] === 'string' ? scope['lastMessage'] : null;
  for (;;) {
    const result = renderOnce(parsed, engine, { ...scope, lastMessage: quote });
    if (!result.ok || result.text.length <= limit) return result;
    if (kind === 'header') return { ok: true, text: shortenHeader(result.text, limit) };
    if (quote === null || !parsed.variables.has('lastMessage')) {
      const detail = `${result.text.length} characters, the limit is ${limit}`;
      return { ok: false, reason: 'too_long', part, detail };
    }
    const excess = result.text.length - limit;
    const length = Math.min(quote.length - excess, Math.floor(quote.length * 0.75));
    quote = length < SHORTEST_QUOTE ? null : shorten(quote, { units: length });
  }
}

function renderOnce({ part, templates }: ParsedPart, engine: Liquid, scope: Scope): PartResult {
  try {
    const rendered = renderPatiently(templates, engine, cleanScope(scope));
    const text = finish(String(rendered), part.kind);
    if (text !== '') return { ok: true, text };
    return { ok: false, reason: 'empty', part: part.name, detail: 'nothing was rendered' };
  } catch (error) {
    return { ok: false, part: part.name, ...explain(error) };
  }
}

const TRIES = 3;
const OUT_OF_TIME = /template render limit exceeded/;

/**
 * Renders once more what was out of time. The engine measures time by the clock, and a process that is given no
 * turn for half a second has used all of it up with a template that takes a millisecond; its customer would be
 * refused a message for good. A template that is slow by itself is so every time.
 */
function renderPatiently(templates: Template[], engine: Liquid, scope: object): unknown {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return engine.renderSync(templates, scope);
    } catch (error) {
      if (attempt === TRIES || !hasMessage(error) || !OUT_OF_TIME.test(error.message)) throw error;
    }
  }
}

/**
 * Why branches of a part cannot be rendered, whether these values lead into them or not. Whether a
 * branch alone is empty or too long says nothing.
 */
export function branchFailures(
  { part, templates }: ParsedPart,
  engine: Liquid,
  scope: Scope,
): RenderFailure[] {
  return branchPaths(templates).flatMap((path): RenderFailure[] => {
    const loops = path.loopVariables.map((name) => [name, 'x']);
    const forloop = loops.length === 0 ? {} : { forloop: FORLOOP };
    try {
      renderPatiently(path.templates, engine, {
        ...cleanScope(scope),
        ...Object.fromEntries(loops),
        ...forloop,
      });
      return [];
    } catch (error) {
      return [{ ok: false, part: part.name, ...explain(error) }];
    }
  });
}

const FORLOOP = { index: 1, index0: 0, rindex: 1, rindex0: 0, first: true, last: true, length: 1 };

function cleanScope(scope: Scope): Scope {
  return Object.fromEntries(
    Object.entries(scope).map(([name, value]) => [
      name,
      typeof value === 'string' ? cleanValue(value) : value,
    ]),
  );
}

function finish(rendered: string, kind: PartKind): string {
  switch (kind) {
    case 'text':
      return tidyLines(rendered);
    case 'header':
      return oneLine(rendered);
    case 'html':
      return rendered.trim();
    default:
      return kind satisfies never;
  }
}

function shortenHeader(text: string, limit: number): string {
  const shortened = closeIsolates(shorten(text, { units: limit }));
  // Closing what the cut left open may itself go over; a second cut has room for it.
  if (shortened.length <= limit) return shortened;
  const marks = shortened.length - limit;
  return closeIsolates(shorten(text, { units: limit - marks }));
}

/** The engine tells its own errors apart by message only; a message is not passed on. */
function explain(error: unknown): { reason: RenderFailureReason; detail: string } {
  const line = LiquidError.is(error) ? ` in line ${error.token?.getPosition()[0]}` : '';
  const message = hasMessage(error) ? error.message : '';
  if (/(?:memory alloc|template render) limit exceeded|Invalid string length/.test(message)) {
    return { reason: 'render_limit', detail: `took too much time or memory${line}` };
  }
  if (hasMessage(error) && error.name === 'UndefinedVariableError') {
    return { reason: 'missing_variable', detail: `a variable without a value${line}` };
  }
  return { reason: 'render_failed', detail: `the template failed${line}` };
}

function hasMessage(error: unknown): error is { name: string; message: string } {
  return typeof error === 'object' && error !== null && 'name' in error && 'message' in error;
}

/** One way into a branch: what is rendered before it in any case, then the branch itself. */
interface BranchPath {
  templates: Template[];
  /** Names of loops that the path leads into. */
  loopVariables: string[];
}

/**
 * Every branch of a parsed part (if, elsif, else, unless, case, when, for), however deep, each as
 * templates that can be rendered by themselves, whatever its condition says. Assigned variables that
 * stand before a branch are rendered with it.
 */
function branchPaths(
  templates: readonly Template[],
  before: BranchPath = { templates: [], loopVariables: [] },
): BranchPath[] {
  return templates.flatMap((template, at) => {
    const path = {
      templates: [...before.templates, ...templates.slice(0, at)],
      loopVariables: before.loopVariables,
    };
    return branchesOf(template).flatMap(({ inside, loopVariable }) => {
      const into = {
        ...path,
        loopVariables: [
          ...path.loopVariables,
          ...(loopVariable === undefined ? [] : [loopVariable]),
        ],
      };
      return [{ ...into, templates: [...into.templates, ...inside] }, ...branchPaths(inside, into)];
    });
  });
}

function branchesOf(template: Template): { inside: Template[]; loopVariable?: string }[] {
  if (!(template instanceof Tag)) return [];
  const { branches = [], elseTemplates, templates, variable } = template as Partial<Branching>;
  return [
    ...branches.map((branch) => ({ inside: branch.templates })),
    ...(templates === undefined ? [] : [{ inside: templates, loopVariable: variable }]),
    ...(elseTemplates === undefined ? [] : [{ inside: elseTemplates }]),
  ];
}

/** As the engine's own tags hold their branches. */
interface Branching {
  branches: { templates: Template[] }[];
  elseTemplates: Template[];
  templates: Template[];
  variable: string;
}
