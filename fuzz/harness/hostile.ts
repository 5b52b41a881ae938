import fc from 'fast-check';

/** Stands in everything personal that a case makes up; no line of a log may have it. */
export const PERSONAL = 'Zq7personal';

/** Texts that have broken programs before. */
const KNOWN = [
  '',
  ' ',
  '\0',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\ud800',
  '\udc00x',
  '👩‍👩‍👧‍👦',
  'İ',
  'ﬃ',
  '٣',
  '%00',
  '%zz',
  '%ff',
  '../../etc/passwd',
  '{{ x }}',
  '{% for a in (1..1000000000) %}x{% endfor %}',
  '<script>alert(1)</script>',
  "'; DROP TABLE notifications; --",
  '=cmd|"/c calc"!A1',
  '\r\nSet-Cookie: a=b',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'NaN',
  'Infinity',
  '-0',
  '1e400',
  '9007199254740993',
  '0x10',
  'true',
  'null',
  '2026-02-30T00:00:00Z',
  '0000-00-00T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '*@example.com',
  'a@b@c.example',
  '+1',
  '00000000-0000-0000-0000-000000000000',
  'é'.repeat(300),
  '1'.repeat(400),
  'a.'.repeat(200),
];

/** Any text: letters of all kinds, halves of letters, what is known to break things, and what is personal. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...KNOWN) },
  { weight: 3, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  {
    weight: 2,
    arbitrary: fc.string({ maxLength: 5 }).map((more) => `${PERSONAL}${more}@example.com`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.string({ minLength: 1, maxLength: 3 }), fc.nat(3_000))
      .map(([piece, times]) => piece.repeat(times)),
  },
);

const numbers = fc.oneof(
  fc.constantFrom(0, -0, -1, 1, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, 5e-324, 0.1),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);

/** Any value of JSON, with texts as above. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(text, numbers, fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
})).value;

type Change =
  | { kind: 'keep' }
  | { kind: 'replace'; at: number; by: unknown }
  | { kind: 'drop'; at: number }
  | { kind: 'add'; at: number; name: string; value: unknown }
  | { kind: 'wrap'; at: number; levels: number }
  | { kind: 'repeat'; at: number; times: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Change>({ kind: 'keep' }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('replace' as const), at: fc.nat(30), by: anyJson }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), at: fc.nat(30) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      at: fc.nat(30),
      name: text,
      value: anyJson,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wrap' as const),
      at: fc.nat(30),
      // Three of the deepest can still be written as JSON; deeper texts are made without a value (platform.ts).
      levels: fc.constantFrom(1, 15, 16, 17, 33, 900),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('repeat' as const),
      at: fc.nat(30),
      times: fc.constantFrom(2, 100, 1_000),
    }),
  },
);

/** A value with up to three of its parts replaced, dropped, added to, nested or repeated. */
export function mutated(sound: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(sound, fc.array(change, { maxLength: 3 }))
    .map(([value, changes]) => changes.reduce<unknown>(changed, value));
}

/** The `at`-th node of the value in order of reading is changed; beyond the last one, the root. */
function changed(value: unknown, what: Change): unknown {
  if (what.kind === 'keep') return value;
  const counter = { left: what.at };
  const inner = changedBelow(value, what, counter);
  return counter.left > 0 ? changedHere(value, what) : inner;
}

const DROPPED = Symbol('dropped');

function changedBelow(value: unknown, what: Change, counter: { left: number }): unknown {
  counter.left -= 1;
  if (counter.left === -1) return changedHere(value, what);
  // What comes after it stays, and is not walked: an earlier change may have nested it without end.
  if (counter.left < -1) return value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([name, part]): [string, unknown] => [name, changedBelow(part, what, counter)])
    .filter(([, part]) => part !== DROPPED);
  return Array.isArray(value) ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}

function changedHere(value: unknown, what: Change): unknown {
  switch (what.kind) {
    case 'keep':
      return value;
    case 'replace':
      return what.by;
    case 'drop':
      return DROPPED;
    case 'add':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? { ...value, [what.name]: what.value }
        : [value, what.value];
    case 'wrap': {
      let wrapped = value;
      for (let level = 0; level < what.levels; level += 1) wrapped = [wrapped];
      return wrapped;
    }
    case 'repeat':
      return typeof value === 'string'
        ? value.repeat(what.times)
        : Array.from({ length: what.times }, () => value);
    default:
      return what satisfies never;
  }
}

/** What becomes of bytes on a bad way: cut off, a piece changed, put in or left out. */
export function damaged(sound: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom(
      Buffer.from([0xff]),
      Buffer.from([0xc3]),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from([0xf4, 0x90, 0x80, 0x80]),
      Buffer.from([0xef, 0xbb, 0xbf]),
      Buffer.from([0]),
      Buffer.from('"'),
      Buffer.from('\r'),
      Buffer.from('\u2028'),
    ),
  );
  const harm = fc.record({ from: fc.nat(400), length: fc.nat(6), by: piece, ends: fc.nat(9) });
  return fc
    .tuple(sound, fc.array(harm, { maxLength: 3 }))
    .map(([bytes, harms]) =>
      harms.reduce(
        (rest, { from, length, by, ends }) =>
          ends === 0
            ? rest.subarray(0, from)
            : Buffer.concat([rest.subarray(0, from), by, rest.subarray(from + length)]),
        bytes,
      ),
    );
}

/** JSON as it goes over a wire: a value without one, such as `undefined`, is no text at all. */
export function jsonBytes(value: unknown): Buffer {
  return Buffer.from(typeof value === 'symbol' ? '' : (JSON.stringify(value) ?? ''));
}
