import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UNKNOWN_POLICIES } from '../notification/record.js';
import { givesWay, isContextVariable } from './contextVariables.js';
import type { PartName } from './templateParts.js';
import { kindOf, kindProblem, VARIABLE_KINDS } from './variableKind.js';

const DEFAULT_MAX_LENGTH = 500;

/** Words Liquid reads as something else than a variable. */
const RESERVED_WORDS = new Set(['true', 'false', 'nil', 'null', 'blank', 'empty', 'forloop']);

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const variableName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'expected a letter, then letters, digits and _')
  .refine((name) => !RESERVED_WORDS.has(name), 'is a word of the template language')
  .refine(
    (name) => !isContextVariable(name) || givesWay(name),
    'would hide the context variable of that name',
  );

/** The person who picks a template, or fills in its variables, reads this. */
const sentence = z.string({ error: 'expected a sentence that says what it is for' }).min(1);

const variableDeclaration = z.strictObject({
  required: z.boolean().default(false),
  description: sentence,
  /** Used by previews, and to try the template out when it is loaded. */
  example: scalar,
  /** What values are; that of the example when left out. Requests are checked against it. */
  kind: z
    .enum(VARIABLE_KINDS, { error: `expected one of ${VARIABLE_KINDS.join(', ')}` })
    .optional(),
  maxLength: z.int().min(1).max(2000).default(DEFAULT_MAX_LENGTH),
});

const TITLE = 'one line of at most 100 characters that says to customers what it is about';

/** Languages of the page on which customers unsubscribe. */
export const LANGUAGES = ['en', 'de', 'es', 'fr'] as const;

export type Language = (typeof LANGUAGES)[number];

/** template.json: what a template is for, what customers read of it where they unsubscribe, and the variables it takes from the request. */
export const templateManifest = z.strictObject({
  description: sentence,
  title: z
    .string({ error: TITLE })
    .trim()
    .min(1, TITLE)
    .max(100, TITLE)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, TITLE)
    .optional(),
  language: z.enum(LANGUAGES, { error: `one of ${LANGUAGES.join(', ')}` }).optional(),
  variables: z.record(variableName, variableDeclaration).default({}),
  /** False: what was said in conversations is never printed, and not read for it. */
  quoting: z.boolean({ error: 'expected true or false' }).optional(),
  /** What becomes of an `unknown` whose message is surely not on the platform; goes before UNKNOWN_POLICY. */
  unknown: z.enum(UNKNOWN_POLICIES, { error: `${UNKNOWN_POLICIES.join(' or ')}` }).optional(),
});

export type TemplateManifest = z.infer<typeof templateManifest>;

export type TemplateVariables = Readonly<Record<string, string | number | boolean>>;

/** The same, with none of these variables required: they are given elsewhere, or not asked for yet. */
export function withoutRequiring(
  manifest: TemplateManifest,
  names: readonly string[],
): TemplateManifest {
  const variables = Object.entries(manifest.variables).map(([name, declaration]) => [
    name,
    names.includes(name) ? { ...declaration, required: false } : declaration,
  ]);
  return { ...manifest, variables: Object.fromEntries(variables) };
}

/** What is wrong with one field of a request; never holds the value itself. */
export interface VariableProblem {
  field: string;
  expected: string;
}

/**
 * Judges a request's variables against what the template declares: required ones present, none
 * undeclared, each of its declared kind, none over its length (UTF-16 code units). An empty list means they fit.
 */
export function checkVariables(
  manifest: TemplateManifest,
  variables: Readonly<Record<string, unknown>>,
): VariableProblem[] {
  const problems: VariableProblem[] = [];
  const declared = Object.keys(manifest.variables);
  for (const [name, declaration] of Object.entries(manifest.variables)) {
    const { required, maxLength } = declaration;
    const field = `variables.${name}`;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined || (typeof value === 'string' && value.trim() === '')) {
      if (required) problems.push({ field, expected: 'a value, the template requires it' });
      continue;
    }
    if (!isScalar(value)) {
      problems.push({ field, expected: 'a string, a finite number or a boolean' });
      continue;
    }
    const expected = kindProblem(kindOf(declaration), value);
    if (expected !== undefined) problems.push({ field, expected });
    else if (String(value).length > maxLength) {
      problems.push({ field, expected: `at most ${maxLength} characters` });
    }
  }
  for (const name of Object.keys(variables)) {
    if (declared.includes(name)) continue;
    const known = declared.length > 0 ? `one of ${declared.join(', ')}` : 'no variables at all';
    problems.push({ field: `variables.${name.slice(0, 64)}`, expected: known });
  }
  return problems;
}

/** What is wrong with the manifest's own examples: requests are refused for the same. */
export function exampleProblems({ variables }: TemplateManifest): VariableProblem[] {
  return Object.entries(variables).flatMap(([name, declaration]) => {
    const expected = kindProblem(kindOf(declaration), declaration.example);
    return expected === undefined ? [] : [{ field: `variables.${name}.example`, expected }];
  });
}

function isScalar(value: unknown): value is string | number | boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}

/**
 * A template as it was read: plain JSON, so that a notification can be rendered with exactly the
 * content that was pinned when it was accepted, whatever has been deployed since.
 */
export interface TemplateSource {
  name: string;
  /** SHA-256 (hex) over the names and contents of all the template's files. */
  hash: string;
  manifest: TemplateManifest;
  parts: Partial<Record<PartName, string>>;
}

/** The hash does not depend on the order in which the files were listed. */
export function contentHash(files: ReadonlyMap<string, string>): string {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
