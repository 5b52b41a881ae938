import { packageVersion } from '../../ops/packageVersion.js';
import { PROBLEM_JSON, type Problem } from '../problems.js';
import { COMPONENTS, type JsonSchema, ref } from './components.js';
import type { Operation } from './operation.js';
import { OPERATIONS } from './operations.js';

export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, JsonSchema>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: JsonSchema };
  [member: string]: unknown;
}

/** Whatever is named in a path or a header is named by its id. */
const ID_PATTERN = '^[A-Za-z0-9._-]{1,128}$';

/** The API as an OpenAPI 3.1 document. */
export function openApiDocument(): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
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
    // Where the deployment has no keys, nobody has to send one.
    security: [{ key: [] }, {}],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key of API_KEYS.' },
      },
      schemas: COMPONENTS,
    },
  };
}

/** The same path leads to package.json from `src` and from the built output. */
function describe(operation: Operation): JsonSchema {
  const { operationId, summary, description, open } = operation;
  const requestBody = bodyOf(operation);
  const parameters = [
    ...parametersIn('path', operation.pathParameters, true),
    ...parametersIn('header', operation.headers, false),
    ...Object.entries(operation.query ?? {}).map(([name, rest]) => ({
      name,
      in: 'query',
      required: false,
      ...rest,
    })),
  ];
  return {
    operationId,
    summary,
    description,
    ...(open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody !== undefined && { requestBody }),
    responses: { ...answersOf(operation), ...problemsOf(operation.problems) },
  };
}

function bodyOf({ body, upload }: Operation): JsonSchema | undefined {
  if (upload !== undefined) {
    const content = Object.entries(upload).map(([type, example]) => [
      type,
      { schema: { type: 'string' }, ...(example !== undefined && { example }) },
    ]);
    return { required: true, content: Object.fromEntries(content) };
  }
  if (body === undefined) return undefined;
  return {
    required: body.optional !== true,
    content: { 'application/json': { schema: ref(body.schema), examples: named(body.examples) } },
  };
}

function parametersIn(
  place: 'path' | 'header',
  parameters: Readonly<Record<string, string>> = {},
  required: boolean,
): JsonSchema[] {
  return Object.entries(parameters).map(([name, description]) => ({
    name,
    in: place,
    required,
    description,
    schema: { type: 'string', pattern: ID_PATTERN },
  }));
}

/** Answers by status; several types of one status become its contents. */
function answersOf({ answers }: Operation): JsonSchema {
  const statuses = [...new Set(answers.map(({ status }) => status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const all = answers.filter((answer) => answer.status === status);
      const headers = all.find((answer) => answer.headers !== undefined)?.headers;
      return [
        status,
        {
          description: all.map(({ description }) => description).join('; or: '),
          ...(headers !== undefined && { headers: headersOf(headers) }),
          content: Object.fromEntries(
            all.map(({ schema, type = 'application/json', ...answer }) => [
              type,
              { schema: ref(schema), ...examplesOf(answer) },
            ]),
          ),
        },
      ];
    }),
  );
}

function examplesOf({
  description,
  example,
  others,
}: Pick<Operation['answers'][number], 'description' | 'example' | 'others'>): JsonSchema {
  if (others === undefined) return { example };
  return { examples: named({ [description]: example, ...others }) };
}

/** Problems by status; several of one status become several examples. */
function problemsOf(problems: readonly Problem[]): JsonSchema {
  const statuses = [...new Set(problems.map(({ status }) => status))];
  const byStatus = statuses.map(
    (status) => [status, problems.filter((one) => one.status === status)] as const,
  );
  return Object.fromEntries(
    byStatus.map(([status, all]) => [
      status,
      {
        description: all.map(({ title }) => title).join('; or: '),
        ...(all.some(({ retryAfter }) => retryAfter !== undefined) && {
          headers: headersOf({ 'Retry-After': 'Seconds after which to try again.' }),
        }),
        content: {
          [PROBLEM_JSON]: {
            schema: ref('Problem'),
            examples: named(Object.fromEntries(all.map((one) => [one.title, one]))),
          },
        },
      },
    ]),
  );
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
function named(examples: Readonly<Record<string, unknown>>): JsonSchema {
  return Object.fromEntries(
    Object.entries(examples).map(([summary, value]) => [
      summary.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
      { summary, value },
    ]),
  );
}
