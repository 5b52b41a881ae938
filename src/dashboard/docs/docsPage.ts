import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import type { JsonSchema, OpenApiDocument, OpenApiOperation } from '../../api/openApi.js';
import { allowOnly } from '../../api/route.js';
import { type Html, html } from '../../html/html.js';
import { table } from '../page/components.js';
import { sendPage } from '../page/layout.js';

const EXAMPLE_IDS = { notification: 'hello-1', campaign: 'autumn' } as const;

/** One method at one path, as the document has it. */
interface Section {
  path: string;
  method: string;
  operation: OpenApiOperation;
}

function sectionsOf({ paths }: OpenApiDocument): Section[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** What the document says of an operation's JSON body, or of the types of a file. */
function bodyOf({ requestBody }: OpenApiOperation) {
  const { 'application/json': json, ...files } = requestBody?.content ?? {};
  return { json, fileTypes: Object.keys(files) };
}

/** An operation as a command line, ready to be pasted into a POSIX shell. */
function curlLine({ path, method, operation }: Section, body: unknown): string {
  const kind = path.includes('/campaigns/') ? 'campaign' : 'notification';
  const isUpload = bodyOf(operation).fileTypes.length > 0;
  const needed =
    operation.parameters?.filter(({ in: place, required }) => place === 'query' && required) ?? [];
  const query = needed.map(({ name, schema }) => `${name}=${kindOf(asSchema(schema))}`).join('&');
  const url = `http://127.0.0.1:3000${path.replace('{id}', EXAMPLE_IDS[kind])}`;
  const how = method === 'get' || body !== undefined ? '' : ` -X ${method.toUpperCase()}`;
  const lines = [
    `curl${isUpload ? ' -T rows.csv' : how} ${query === '' ? url : quoted(`${url}?${query}`)}`,
    ...(operation.security === undefined ? [`-H ${quoted('authorization: Bearer YOUR-KEY')}`] : []),
    ...(isUpload ? [`-H ${quoted('content-type: text/csv')}`] : []),
    ...(body === undefined
      ? []
      : [`-H ${quoted('content-type: application/json')}`, `-d ${quoted(JSON.stringify(body))}`]),
  ];
  return lines.join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

interface Field {
  name: string;
  required: boolean;
  kind: string;
  description: string;
}

/** The fields of an object as a table, those of objects within it under their full names. */
function fieldTable(schema: JsonSchema, caption: string): Html {
  return table(
    caption,
    [
      { title: 'Field', kind: 'name', cell: ({ name }) => html`<code>${name}</code>` },
      { title: 'Needed', cell: ({ required }) => (required ? 'yes' : undefined) },
      { title: 'Kind', kind: 'text', cell: ({ kind }) => kind },
      { title: 'Meaning', cell: ({ description }) => description },
    ],
    fieldsOf(schema, ''),
  );
}

function fieldsOf(schema: JsonSchema, prefix: string): Field[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(schemasIn(schema['properties'])).flatMap(([name, inner]) => {
    const full = `${prefix}${name}`;
    const field = {
      name: full,
      required: required.includes(name),
      kind: kindOf(inner),
      description: textOf(inner['description']),
    };
    const items = inner['type'] === 'array' ? asSchema(inner['items']) : inner;
    const place = inner['type'] === 'array' ? `${full}[].` : `${full}.`;
    return [field, ...fieldsOf(items, place)];
  });
}

function kindOf(schema: JsonSchema): string {
  const { $ref, enum: values, type, format, pattern } = schema;
  if (typeof $ref === 'string') return $ref.slice($ref.lastIndexOf('/') + 1);
  if (Array.isArray(values)) return values.join(' | ');
  if (type === 'array') return `list of ${kindOf(asSchema(schema['items']))}${limits(schema)}`;
  if (Array.isArray(schema['anyOf']) && type === undefined) {
    return schema['anyOf'].map((one) => kindOf(asSchema(one))).join(' or ');
  }
  if (schema['additionalProperties'] !== undefined && schema['properties'] === undefined) {
    return `object of ${kindOf(asSchema(schema['additionalProperties']))}`;
  }
  if (typeof format === 'string') return format;
  const form = typeof pattern === 'string' ? `, ${pattern}` : '';
  return `${typeof type === 'string' ? type : 'any JSON'}${limits(schema)}${form}`;
}

function limits(schema: JsonSchema): string {
  const least = schema['minimum'] ?? schema['minItems'] ?? schema['minLength'];
  const most = schema['maximum'] ?? schema['maxItems'] ?? schema['maxLength'];
  if (typeof most === 'number' && most < Number.MAX_SAFE_INTEGER) {
    return typeof least === 'number' ? `, ${least} to ${most}` : `, at most ${most}`;
  }
  return typeof least === 'number' && least > 0 ? `, at least ${least}` : '';
}

function asSchema(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {};
}

function schemasIn(value: unknown): Record<string, JsonSchema> {
  return typeof value === 'object' && value !== null ? (value as Record<string, JsonSchema>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The API's documentation as one page, which runs nothing. */
function docsPage(document: OpenApiDocument): Html {
  const { info, components } = document;
  const sections = sectionsOf(document);
  return html`<h1>HTTP API <span class="quiet">${info.version}</span></h1>
<p>${info.description}</p>
<p>Where the deployment has keys, send yours in <code>Authorization: Bearer …</code>. The same, for
machines: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<nav aria-label="Operations"><ul class="operations">
${sections.map(tableEntry)}</ul></nav>
${sections.map((each) => sectionOf(each, document))}
<section class="operation" id="problems" aria-labelledby="problems-title">
<h2 id="problems-title">Problem documents</h2>
<p>Every answer of 400 and above is one, of the type <code>application/problem+json</code>.</p>
${fieldTable(asSchema(components.schemas['Problem']), 'Fields of a problem document')}
</section>`;
}

function tableEntry({ path, method, operation: { operationId, summary } }: Section): Html {
  return html`<li><a href="#${operationId}"><code><span class="method">${method.toUpperCase()}</span> ${path}</code></a><br><span class="quiet">${summary}</span></li>
`;
}

function sectionOf(section: Section, document: OpenApiDocument): Html {
  const { path, method, operation } = section;
  const { operationId, summary, description, responses } = operation;
  const { json } = bodyOf(operation);
  const examples =
    json === undefined ? [{ summary: '', value: undefined }] : Object.values(json.examples ?? {});
  return html`<section class="operation" id="${operationId}" aria-labelledby="${operationId}-title">
<h2 id="${operationId}-title">${summary} <br><code><span class="method">${method.toUpperCase()}</span> ${path}</code></h2>
<p>${description}</p>
${besidesBody(operation)}
${json === undefined ? '' : requestFields(json.schema, document)}
<h3>Example</h3>
${examples.map(({ summary: title, value }) => html`<p class="quiet">${title}</p>${block(curlLine(section, value), `Command: ${summary} ${title}`)}`)}
<h3>Answers</h3>
${Object.entries(responses).map(([status, answers]) => answer(status, answers))}
</section>
`;
}

function requestFields(schema: JsonSchema, { components }: OpenApiDocument): Html[] {
  const name = kindOf(schema);
  const fields = asSchema(components.schemas[name] ?? schema);
  return [html`<h3>Request</h3>\n`, fieldTable(fields, `Fields of ${name}`)];
}

/** What a request says elsewhere than in a JSON body. */
function besidesBody(operation: OpenApiOperation): Html[] {
  const { parameters = [] } = operation;
  const { fileTypes } = bodyOf(operation);
  const said = (place: string) => parameters.filter((one) => one.in === place);
  return [
    ...said('header').map(
      ({ name, description }) => html`<p>Header <code>${name}</code>: ${description}</p>\n`,
    ),
    ...said('query').map(
      ({ name, description }) => html`<p>Query <code>?${name}=</code>: ${description}</p>\n`,
    ),
    ...(fileTypes.length === 0 ? [] : [html`<p>Body: a file, as ${fileTypes.join(', ')}.</p>\n`]),
  ];
}

/** One status, with everything that it may be. */
function answer(
  status: string,
  { description, content }: OpenApiOperation['responses'][string],
): Html {
  const blocks = Object.entries(content).flatMap(([type, { schema, example, examples }]) => {
    const bodies = Object.values(examples ?? { only: { value: example } });
    const title = `${status} ${description} (${type}, ${kindOf(schema)})`;
    return bodies.map(({ value }) =>
      block(typeof value === 'string' ? value : JSON.stringify(value, undefined, 2), title),
    );
  });
  return html`<details><summary>${status} ${description}</summary>
${blocks}</details>
`;
}

/** Focusable, so that what is wider than the screen can be scrolled to with the keyboard. */
function block(text: string, label: string): Html {
  return html`<pre tabindex="0" role="group" aria-label="${label}"><code>${text}</code></pre>
`;
}

/**
 * `/docs`: what the API is, for people. It needs no login and no key, as `/openapi.json` does not: what it
 * says is the same for every deployment of this version.
 */
export function docsRoute(app: FastifyInstance, document: OpenApiDocument): void {
  const body = docsPage(document);
  packed(app);
  app.get('/docs', async (request, reply) =>
    sendPage(request, reply, { title: 'HTTP API', section: 'docs', body }),
  );
  allowOnly(app, '/docs', ['GET', 'HEAD']);
}

const pack = promisify(gzip);

/** It is ten times as long as it has to be on its way, and the same for all: it is compressed once. */
function packed(app: FastifyInstance): void {
  let last: { text: string; packed: Buffer } | undefined;
  app.addHook('onSend', async (request, reply, text) => {
    if (typeof text !== 'string' || reply.statusCode !== 200) return text;
    reply.header('vary', 'accept-encoding');
    if (!/\bgzip\b/.test(String(request.headers['accept-encoding']))) return text;
    if (last?.text !== text) last = { text, packed: await pack(text) };
    reply.removeHeader('content-length').header('content-encoding', 'gzip');
    return last.packed;
  });
}
