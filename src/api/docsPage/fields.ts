import type { JsonSchema } from '../openapi/components.js';
import { type Html, html } from './html.js';

interface Field {
  name: string;
  required: boolean;
  kind: string;
  description: string;
}

/** The fields of an object as a table, those of objects within it under their full names. */
export function fieldTable(schema: JsonSchema, caption: string): Html {
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
