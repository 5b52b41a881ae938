import { z } from 'zod';
import { packageVersion } from '../ops/packageVersion.js';
import { invalidRequest, PROBLEM_JSON, type Problem } from './problems.js';
import { type AnswerSpec, parameterOf, type RouteSpec, readRequest } from './route.js';
import { sharedProblems } from './sharedProblems.js';
import { problemDocument } from './views/problemAnswers.js';

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = { [keyword: string]: unknown };

export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: JsonSchema };
  [member: string]: unknown;
}

interface Content {
  schema: JsonSchema;
  example?: unknown;
  examples?: Record<string, { summary: string; value: unknown }>;
}

/** One method at one path. */
export interface OpenApiOperation {
  operationId: string;
  summary: string;
  description: string;
  security?: [];
  parameters?: { name: string; in: string; description: string; [member: string]: unknown }[];
  requestBody?: { required: boolean; content: Record<string, Content> };
  responses: Record<
    string,
    { description: string; headers?: JsonSchema; content: Record<string, Content> }
  >;
}

/** Routes as an OpenAPI 3.1 document. */
export function openApiDocument(routes: readonly RouteSpec[]): OpenApiDocument {
  const schemas = new Components();
  const paths: OpenApiDocument['paths'] = {};
  for (const each of routes) {
    const path = each.url.replace(/:(\w+)/, '{$1}');
    paths[path] = { ...paths[path], [each.method.toLowerCase()]: describe(each, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'proactive-notifier',
      version: packageVersion(),
      description:
        'Hands notifications over to be sent to contact-centre customers, one by one or as campaigns of up to millions, and says what became of each. Whatever goes wrong is answered with a problem document (RFC 9457).',
    },
    servers: [{ url: '/' }],
    // A deployment without keys asks for none.
    security: [{ key: [] }, {}],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key of API_KEYS.' },
      },
      schemas: schemas.named,
    },
  };
}

function describe(each: RouteSpec, schemas: Components): OpenApiOperation {
  const { operationId, summary, description, access } = each;
  const parameters = parametersOf(each, schemas);
  const requestBody = bodyOf(each, schemas);
  const problems = problemsOf(each);
  return {
    operationId,
    summary,
    description,
    security: access === 'open' ? [] : undefined,
    parameters: parameters.length > 0 ? parameters : undefined,
    requestBody,
    responses: Object.fromEntries([
      ...Object.entries(each.answers).map(([status, one]) => [status, success(one, schemas)]),
      ...[...new Set(problems.map(({ status }) => status))].map((status) => [
        status,
        refusal(
          problems.filter((one) => one.status === status),
          schemas,
        ),
      ]),
    ]),
  };
}

const ID_SCHEMA = { type: 'string', pattern: '^[A-Za-z0-9._-]{1,128}$' };

function parametersOf({ url, of, headers = {}, query = {} }: RouteSpec, schemas: Components) {
  const inPath =
    of === undefined
      ? []
      : [{ ...named(parameterOf(url) ?? 'id', 'path', of.description), required: true }];
  return [
    ...inPath.map((one) => ({ ...one, schema: of?.schema ?? ID_SCHEMA })),
    ...Object.entries(headers).map(([name, meaning]) => ({
      ...named(name, 'header', meaning),
      required: false,
      schema: ID_SCHEMA,
    })),
    ...Object.entries(query).map(([name, schema]) => {
      const { description, ...rest } = schemas.describe(schema as z.ZodType, 'output');
      const required = !(schema instanceof z.ZodOptional);
      return { ...named(name, 'query', String(description)), required, schema: rest };
    }),
  ];
}

function named(name: string, place: string, description: string) {
  return { name, in: place, description };
}

function bodyOf({ body, upload }: RouteSpec, schemas: Components): OpenApiOperation['requestBody'] {
  if (upload !== undefined) {
    const content = Object.entries(upload).map(([type, example]) => [
      type,
      // So named, a generated client takes a file and not only a text.
      { schema: { type: 'string', format: 'binary' }, example },
    ]);
    return { required: true, content: Object.fromEntries(content) };
  }
  if (body === undefined) return undefined;
  const schema = schemas.describe(body.described ?? body.schema);
  return {
    required: body.optional !== true,
    content: { 'application/json': { schema, examples: summarised(body.examples) } },
  };
}

function success(given: AnswerSpec, schemas: Components) {
  const { description, schema, examples, others, headers } = given;
  const content = Object.entries(examples).map(([type, example]) => [
    type,
    {
      schema: schemas.describe(schema),
      ...(others === undefined
        ? { example }
        : { examples: summarised({ [description]: example, ...others }) }),
    },
  ]);
  return {
    description,
    headers: headers && headersOf(headers),
    content: Object.fromEntries(content),
  };
}

/** What a route refuses by itself, and what every route like it refuses. */
function problemsOf(each: RouteSpec): Problem[] {
  const { of, wrong, problems = [] } = each;
  const { query = {}, body: given } = wrong ?? {};
  return [
    ...(of === undefined ? [] : [of.missing]),
    ...problems,
    ...(wrong === undefined
      ? []
      : [invalidRequest(readRequest(each, { query, body: given }).problems)]),
    ...sharedProblems(each),
  ];
}

/** Several problems of one status become several examples. */
function refusal(all: readonly Problem[], schemas: Components) {
  const waits = all.some(({ retryAfter }) => retryAfter !== undefined);
  return {
    description: [...new Set(all.map(({ title }) => title))].join('; or: '),
    headers: waits ? headersOf({ 'Retry-After': 'Seconds after which to try again.' }) : undefined,
    content: {
      [PROBLEM_JSON]: {
        schema: schemas.describe(problemDocument),
        examples: summarised(Object.fromEntries(all.map((one) => [nameOf(one), one]))),
      },
    },
  };
}

/** Problems of HTTP's own share a title by status: what tells them apart is the sentence. */
function nameOf({ type, title, detail = title }: Problem): string {
  return type === 'about:blank' ? detail : title;
}

function headersOf(headers: Readonly<Record<string, string>>): JsonSchema {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  );
}

/** Under the names that OpenAPI allows, with ours as the summary. */
function summarised(examples: Readonly<Record<string, unknown>>): Content['examples'] {
  return Object.fromEntries(
    Object.entries(examples).map(([summary, value]) => [
      summary.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
      { summary, value },
    ]),
  );
}

/** Schemas with an id become components; all others stand where they are used. */
class Components {
  readonly named: Record<string, JsonSchema> = {};
  readonly #described = new Map<z.ZodType, JsonSchema>();

  describe(schema: z.ZodType, io: 'input' | 'output' = 'input'): JsonSchema {
    const known = this.#described.get(schema) ?? this.#convert(schema, io);
    this.#described.set(schema, known);
    return known;
  }

  #convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const described = z.toJSONSchema(schema, {
      target: 'draft-2020-12',
      unrepresentable: 'any',
      io,
    });
    const { $schema: _dialect, $defs = {}, ...rest } = described;
    for (const [name, definition] of Object.entries($defs)) {
      if (!isAnyJson(name)) this.named[name] = withReferences(definition);
    }
    return withReferences(rest);
  }
}

/** Definitions become components. */
function withReferences(schema: object): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema, (_key, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value;
      const { $ref, ...beside } = value as { $ref?: unknown };
      if (typeof $ref !== 'string' || !$ref.startsWith('#/$defs/')) return value;
      const name = $ref.slice('#/$defs/'.length);
      return isAnyJson(name) ? beside : { $ref: `#/components/schemas/${name}`, ...beside };
    }),
  ) as JsonSchema;
}

/**
 * "Any JSON value" comes out of the schema library as a definition without a name that refers to
 * itself. An empty schema says the same.
 */
function isAnyJson(name: string): boolean {
  return name.startsWith('__schema');
}
