import {
  type Liquid,
  LiquidError,
  type Template,
  Tokenizer,
  TokenKind,
  type TopLevelToken,
} from 'liquidjs';
import { ALLOWED_FILTERS, ALLOWED_TAGS } from './engine.js';
import { HtmlCursor, type HtmlPosition } from './htmlPosition.js';
import type { Part } from './templateParts.js';
import { didYouMean, type PartProblem } from './templateProblems.js';

export interface ParsedPart {
  part: Part;
  templates: Template[];
  /** The variables the part reads from outside, whichever of its branches is taken. */
  variables: ReadonlySet<string>;
}

export type ParseOutcome =
  | { ok: true; parsed: ParsedPart }
  | { ok: false; problems: readonly PartProblem[] };

const URL_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['href', 'src', 'action', 'formaction', 'background', 'poster', 'cite', 'data', 'xlink:href'],
]);
const CLOSED_ATTRIBUTES = /^(?:on.*|style|srcset|srcdoc)$/;
const FILE_TAGS: ReadonlySet<string> = new Set(['include', 'render', 'layout', 'block']);

export interface KnownNames {
  /** Of all variables that a part may read. */
  all: readonly string[];
  /** Those of them that a part may assign to, and so hide. */
  hideable: ReadonlySet<string>;
}

/**
 * Parses a part and finds everything wrong in it that can be found without rendering: syntax, tags
 * and filters that are not allowed, unknown variables, values where HTML cannot hold them safely.
 */
export function parsePart(
  part: Part,
  text: string,
  known: KnownNames,
  engine: Liquid,
): ParseOutcome {
  const problems: PartProblem[] = [];
  const report = (line: number | undefined, message: string) =>
    problems.push({ part: part.name, message, line });
  if (text.trim() === '') {
    report(undefined, 'is empty');
    return { ok: false, problems };
  }
  try {
    const tokens = outsideComments(new Tokenizer(text).readTopLevelTokens(engine.options));
    checkNames(tokens, engine, report);
    if (part.kind === 'html') checkPositions(tokens, engine, report);
    if (problems.length > 0) return { ok: false, problems };
    const templates = engine.parse(text);
    const variables = checkVariableUse(templates, known, engine, report);
    if (problems.length > 0) return { ok: false, problems };
    return { ok: true, parsed: { part, templates, variables } };
  } catch (error) {
    if (!LiquidError.is(error)) throw error;
    report(lineOf(error.token), plainMessage(error.message));
    return { ok: false, problems };
  }
}

type Report = (line: number | undefined, message: string) => void;

function checkNames(tokens: readonly TopLevelToken[], engine: Liquid, report: Report): void {
  for (const token of tokens) {
    const line = lineOf(token);
    if (token.kind === TokenKind.Tag && 'name' in token && !ALLOWED_TAGS.has(token.name)) {
      const why = FILE_TAGS.has(token.name) ? 'a template cannot read other files' : 'not allowed';
      report(line, `tag ${token.name}: ${why}`);
    }
    if (token.kind !== TokenKind.Output) continue;
    for (const name of filterNames(token, engine)) {
      if (!ALLOWED_FILTERS.includes(name)) {
        report(line, `filter ${name}: not allowed${didYouMean(name, ALLOWED_FILTERS)}`);
      }
    }
  }
}

function checkPositions(tokens: readonly TopLevelToken[], engine: Liquid, report: Report): void {
  const cursor = new HtmlCursor();
  for (const token of tokens) {
    if (token.kind === TokenKind.HTML) cursor.read(token.getText());
    if (token.kind !== TokenKind.Output) continue;
    const message = unsafePosition(cursor.position, filterNames(token, engine).at(-1));
    if (message) report(lineOf(token), message);
    cursor.printed();
  }
}

/** Escaping is enough in content and in quoted attributes, but for those that are more than text. */
function unsafePosition(
  position: HtmlPosition,
  lastFilter: string | undefined,
): string | undefined {
  switch (position.place) {
    case 'content':
      return undefined;
    case 'attribute':
      if (CLOSED_ATTRIBUTES.test(position.name)) {
        return `a value cannot stand in the attribute ${position.name}`;
      }
      if (!URL_ATTRIBUTES.has(position.name)) return undefined;
      if (position.atStart && lastFilter !== 'safe_url') {
        return `a value at the start of ${position.name} must end with the filter safe_url`;
      }
      if (!position.atStart && lastFilter !== 'url_encode') {
        return `a value inside ${position.name} must end with the filter url_encode`;
      }
      return undefined;
    case 'bare_attribute':
      return 'a value in an attribute must stand in quotes';
    case 'tag':
      return 'a value cannot stand inside a tag, outside of a quoted attribute';
    case 'comment':
      return 'a value cannot stand in a comment';
    case 'raw_text':
      return `a value cannot stand inside <${position.element}>`;
    default:
      return position satisfies never;
  }
}

function checkVariableUse(
  templates: Template[],
  { all: known, hideable }: KnownNames,
  engine: Liquid,
  report: Report,
): ReadonlySet<string> {
  const { globals, locals } = engine.analyzeSync(templates, { partials: false });
  for (const [name, uses] of Object.entries(globals)) {
    for (const { segments, location } of uses) {
      if (!known.includes(name)) {
        const hint = didYouMean(name, known) || `; known are ${known.join(', ')}`;
        report(location.row, `unknown variable ${name}${hint}`);
      } else if (segments.length > 1 && segments[1] !== 'size') {
        report(location.row, `${name} is a single value and has no properties but size`);
      }
    }
  }
  for (const [name, uses] of Object.entries(locals)) {
    if (known.includes(name) && !hideable.has(name)) {
      report(uses[0]?.location.row, `assign ${name}: would hide the variable of that name`);
    }
  }
  return new Set(Object.keys(globals));
}

function outsideComments(tokens: readonly TopLevelToken[]): TopLevelToken[] {
  let commented = false;
  return tokens.filter((token) => {
    const tag = token.kind === TokenKind.Tag && 'name' in token ? token.name : undefined;
    if (tag === 'endcomment') commented = false;
    const kept = !commented;
    if (tag === 'comment') commented = true;
    return kept;
  });
}

function filterNames(token: TopLevelToken, engine: Liquid): string[] {
  if (!('contentRange' in token)) return [];
  const { input, file, contentRange } = token;
  const tokenizer = new Tokenizer(input, engine.options.operators, file, contentRange);
  return tokenizer.readFilteredValue().filters.map(({ name }) => name);
}

function lineOf(token: { getPosition(): number[] } | undefined): number | undefined {
  return token?.getPosition()[0];
}

/** The engine's message without the place it appends, which is said separately. */
function plainMessage(message: string): string {
  return message.replace(/(?:, file:[^,]*)?, line:\d+, col:\d+$/, '');
}
