import { COMPONENTS } from '../openapi/components.js';
import type { OpenApiDocument } from '../openapi/document.js';
import type { Operation } from '../openapi/operation.js';
import { OPERATIONS } from '../openapi/operations.js';
import type { Problem } from '../problems.js';
import { curlLine } from './curl.js';
import { fieldTable } from './fields.js';
import { Html, html } from './html.js';
import { STYLE } from './style.js';

/** The API's documentation as one page: no script, nothing loaded from anywhere. */
export function docsPage({ info }: OpenApiDocument): string {
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
${OPERATIONS.map(tableEntry)}</ul></nav>
</header>
<main>
${OPERATIONS.map(section)}
<section id="problems" aria-labelledby="problems-title">
<h2 id="problems-title">Problem documents</h2>
<p>Every answer of 400 and above is one, of the type <code>application/problem+json</code>.</p>
${fieldTable(COMPONENTS.Problem, 'Fields of a problem document')}
</section>
</main>
</body>
</html>
`.source;
}

function tableEntry({ operationId, method, path, summary }: Operation): Html {
  return html`<li><a href="#${operationId}"><code><span class="method">${method.toUpperCase()}</span> ${path}</code></a><br><span class="quiet">${summary}</span></li>
`;
}

function section(operation: Operation): Html {
  const { operationId, method, path, summary, description, body } = operation;
  const examples: [string, unknown][] =
    body === undefined ? [['', undefined]] : Object.entries(body.examples);
  return html`<section id="${operationId}" aria-labelledby="${operationId}-title">
<h2 id="${operationId}-title">${summary} <br><code><span class="method">${method.toUpperCase()}</span> ${path}</code></h2>
<p>${description}</p>
${besidesBody(operation)}
${body === undefined ? '' : [html`<h3>Request</h3>\n`, fieldTable(COMPONENTS[body.schema], `Fields of ${body.schema}`)]}
<h3>Example</h3>
${examples.map(([title, value]) => html`<p class="quiet">${title}</p>${block(curlLine(operation, value), `Command: ${summary} ${title}`)}`)}
<h3>Answers</h3>
${operation.answers.map(({ status, description: meaning, schema, example, others = {} }) =>
  answer(`${status} ${meaning} (${schema})`, [example, ...Object.values(others)]),
)}
${problemsByStatus(operation.problems)}
</section>
`;
}

/** What a request says elsewhere than in a JSON body. */
function besidesBody({ headers = {}, query = {}, upload }: Operation): Html[] {
  const types = Object.keys(upload ?? {}).join(', ');
  return [
    ...Object.entries(headers).map(
      ([name, meaning]) => html`<p>Header <code>${name}</code>: ${meaning}</p>\n`,
    ),
    ...Object.entries(query).map(
      ([name, { description }]) => html`<p>Query <code>?${name}=</code>: ${description}</p>\n`,
    ),
    ...(upload === undefined ? [] : [html`<p>Body: a file, as ${types}.</p>\n`]),
  ];
}

function problemsByStatus(problems: readonly Problem[]): Html[] {
  const statuses = [...new Set(problems.map(({ status }) => status))].sort();
  return statuses.map((status) => {
    const all = problems.filter((one) => one.status === status);
    return answer(`${status} ${all.map(({ title }) => title).join('; or: ')}`, all);
  });
}

function answer(title: string, bodies: readonly unknown[]): Html {
  const blocks = bodies.map((body) =>
    block(typeof body === 'string' ? body : JSON.stringify(body, undefined, 2), title),
  );
  return html`<details><summary>${title}</summary>
${blocks}</details>
`;
}

/** Focusable, so that what is wider than the screen can be scrolled to with the keyboard. */
function block(text: string, label: string): Html {
  return html`<pre tabindex="0" role="group" aria-label="${label}"><code>${text}</code></pre>
`;
}
