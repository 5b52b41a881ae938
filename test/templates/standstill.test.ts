import { expect, test } from '@jest/globals';
import { createEngine } from '../../src/templates/engine.js';
import { renderPart } from '../../src/templates/renderPart.js';

/** Longer than a part may take. */
const STANDS_STILL_MS = 700;

function rendered(standstills: number) {
  const engine = createEngine('text');
  let left = standstills;
  engine.registerFilter('as_on_a_busy_machine', (value: unknown) => {
    left -= 1;
    const until = performance.now() + (left >= 0 ? STANDS_STILL_MS : 0);
    while (performance.now() < until);
    return value;
  });
  const templates = engine.parse('Hello {{ "Ann" | as_on_a_busy_machine }}, {{ "all is well" }}.');
  const part = { name: 'web' as const, kind: 'text' as const, limit: 100 };
  return renderPart({ part, templates, variables: new Set() }, engine, {});
}

test('a process that stood still while it rendered a message renders it once more', () => {
  expect(rendered(1)).toMatchObject({ ok: true, text: expect.stringMatching(/Ann.*all is well/) });
});

test('a template that is slow every time is refused', () => {
  expect(rendered(100)).toMatchObject({ ok: false, reason: 'render_limit' });
});
