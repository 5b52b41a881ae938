import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Html, html } from '../html/html.js';
import type { JsonSchema, OpenApiDocument, OpenApiOperation } from './openApi.js';
import { allowOnly } from './route.js';

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
  const rows = fieldsOf(schema, '').map(
    ({ name, required, kind, description }) => html`<tr>
<th scope="row"><code>${name}</code></th><td>${required ? 'yes' : ''}</td><td>${kind}</td><td>${description}</td></tr>
`,
  );
  return html`<div class="wide" tabindex="0" role="group" aria-label="${caption}"><table>
<thead><tr><th scope="col">Field</th><th scope="col">Needed</th><th scope="col">Kind</th><th scope="col">Meaning</th></tr></thead>
<tbody>
${rows}</tbody></table></div>`;
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

/** The page's whole appearance; its hash is in the page's content security policy. */
const STYLE = `
:root { color-scheme: light dark; --ink: #1f2933; --quiet: #52606d; --paper: #fff; --panel: #f2f5f8; --line: #cbd2d9; --link: #1d5b8f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf0; --quiet: #a9b4bf; --paper: #14181d; --panel: #1f252c; --line: #3a444f; --link: #8fc1ee; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
header, main { max-width: 68rem; margin: 0 auto; padding: 1rem 1.25rem; }
a { color: var(--link); }
nav ul { list-style: none; padding: 0; margin: 0; columns: 22rem auto; }
nav li { padding: 0.15rem 0; break-inside: avoid; }
section { border-top: 1px solid var(--line); padding: 1rem 0 1.5rem; }
h2 { font-size: 1.2rem; margin: 0.5rem 0; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.25rem 0 0.5rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { background: var(--panel); padding: 0.75rem 1rem; overflow-x: auto; border-radius: 6px; margin: 0.5rem 0; }
.method { display: inline-block; min-width: 4.2em; font-weight: 700; }
.quiet { color: var(--quiet); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.95em; }
th, td { text-align: start; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); }
td:nth-child(3) { max-width: 22rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  table, tbody, tr, th[scope="row"], td { display: block; width: 100%; }
  thead { display: none; }
  tr { border-bottom: 1px solid var(--line); padding: 0.5rem 0; }
  th[scope="row"], td { border: 0; padding: 0; max-width: none !important; overflow-wrap: anywhere; }
  td:nth-child(2):not(:empty)::before { content: "needed: "; }
}
summary { cursor: pointer; padding: 0.3rem 0; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
`;

/** The API's documentation as one page: no script, nothing loaded from anywhere. */
function docsPage(document: OpenApiDocument): string {
  const { info, components } = document;
  const sections = sectionsOf(document);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}: HTTP API</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1>${info.title} <span class="quiet">${info.version}</span></h1>
<p>${info.description}</p>
<p>Where the deployment has keys, send yours in <code>Authorization: Bearer …</code>. The same, for
machines: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<nav aria-label="Operations"><ul>
${sections.map(tableEntry)}</ul></nav>
</header>
<main>
${sections.map((each) => sectionOf(each, document))}
<section id="problems" aria-labelledby="problems-title">
<h2 id="problems-title">Problem documents</h2>
<p>Every answer of 400 and above is one, of the type <code>application/problem+json</code>.</p>
${fieldTable(asSchema(components.schemas['Problem']), 'Fields of a problem document')}
</section>
</main>
</body>
</html>
`.text;
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
  return html`<section id="${operationId}" aria-labelledby="${operationId}-title">
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

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The page may show itself and nothing else: no script, no picture, no form, no frame around it. */
const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `/openapi.json` and `/docs`: what the API is, for machines and people. Neither needs a key. */
export function docsRoutes(app: FastifyInstance, document: OpenApiDocument): void {
  const json = JSON.stringify(document);
  const page = docsPage(document);

  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(json),
  );
  allowOnly(app, '/openapi.json', ['GET', 'HEAD']);

  app.get('/docs', async (_request, reply) =>
    reply
      .headers({ 'content-security-policy': PAGE_POLICY, 'referrer-policy': 'no-referrer' })
      .type('text/html; charset=utf-8')
      .send(page),
  );
  allowOnly(app, '/docs', ['GET', 'HEAD']);
}
