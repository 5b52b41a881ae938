import fc from 'fast-check';
import { anyJson, PERSONAL, text } from './hostile.js';

type Schema = { [keyword: string]: unknown };

/** Values as a JSON Schema describes them, as far as ours use its words; `components` are what `$ref` names. */
export function fromSchema(
  schema: Schema,
  components: Record<string, Schema>,
  depth = 0,
): fc.Arbitrary<unknown> {
  const below = (inner: unknown) => fromSchema(inner as Schema, components, depth + 1);
  const { $ref, const: only, enum: names, anyOf, oneOf, allOf } = schema;
  if (typeof $ref === 'string') {
    const named = components[$ref.split('/').at(-1) ?? ''];
    return named === undefined ? anyJson : below(named);
  }
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(names)) return fc.constantFrom(...names);
  if (schema['type'] === 'object') return objectOf(schema, below, depth);
  const either = anyOf ?? oneOf ?? allOf;
  if (Array.isArray(either)) return fc.oneof(...either.map(below));
  switch (schema['type']) {
    case 'array':
      return fc.array(below(schema['items'] ?? {}), { maxLength: depth > 3 ? 1 : 4 });
    case 'string':
      return stringOf(schema);
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({
          min: numberOr(schema['minimum'], -10),
          max: numberOr(schema['maximum'], 400),
        }),
        fc.constantFrom(0, 1, -1, 1.5, 1e15),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return anyJson;
  }
}

function objectOf(
  schema: Schema,
  below: (inner: unknown) => fc.Arbitrary<unknown>,
  depth: number,
): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Record<string, unknown>;
  const required = (schema['required'] ?? []) as string[];
  const model = Object.fromEntries(
    Object.entries(properties).map(([name, inner]) => [name, knownOr(name, below(inner))]),
  );
  const described = fc.record(model, { requiredKeys: required });
  const more = schema['additionalProperties'];
  if (typeof more !== 'object' || more === null || depth > 4) return described;
  const names = fc.constantFrom('orderNumber', 'status', 'companyName', 'a', '__proto__');
  return fc
    .tuple(described, fc.dictionary(fc.oneof(names, text), below(more), { maxKeys: 3 }))
    .map(([known, others]) => ({ ...known, ...others }));
}

/** Values that exist, so that more than the first check is tried. */
const KNOWN: Record<string, readonly unknown[]> = {
  id: ['a', 'b', 'order-1'],
  template: ['follow-up', 'order-update'],
  email: [`${PERSONAL}@example.com`],
  phone: ['+15550100123'],
  externalContactId: ['c0000000-0000-4000-8000-000000000001'],
  address: [`${PERSONAL}@example.com`, '+15550100123'],
};

export function knownOr(name: string, drawn: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const known = KNOWN[name];
  if (known === undefined) return drawn;
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: drawn },
  );
}

function stringOf({ format, pattern }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const times = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) });
    return fc.oneof(
      times.map((time) => time.toISOString()),
      text,
    );
  }
  if (typeof pattern !== 'string') return text;
  try {
    // What a text must not be is drawn by the mutations.
    return fc.stringMatching(new RegExp(pattern.replace(/\(\?![^()]*\)/g, ''), 'u'));
  } catch {
    return text;
  }
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
