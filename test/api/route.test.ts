import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { answer, ok, readRequest, route, wholeNumber } from '../../src/api/route.js';

const WHO = {
  method: 'GET',
  url: '/v1/who',
  access: 'key',
  operationId: 'who',
  summary: 'Who?',
  description: 'A route of this test.',
  answers: { 200: answer('A name', z.object({ name: z.string() }), { name: 'Dana' }) },
} as const;

describe('a route', () => {
  test('whose handler answers something else than it describes does not compile', () => {
    const described = route({ ...WHO, handle: async () => ok({ name: 'Dana' }) });
    // @ts-expect-error `title` is not described, and `name` is missing
    const other = route({ ...WHO, handle: async () => ok({ title: 'Dr.' }) });
    // @ts-expect-error 201 is not among its answers
    const status = route({ ...WHO, handle: async () => ({ status: 201, body: { name: 'Dana' } }) });
    expect([described, other, status].map(({ url }) => url)).toEqual(Array(3).fill('/v1/who'));
  });

  test('names everything that is wrong with query and body at once', () => {
    const spec = {
      query: { limit: wholeNumber(1, 9).optional(), tag: z.array(z.string()).optional() },
      body: { schema: z.strictObject({ name: z.string({ error: 'a name' }) }), examples: {} },
    };
    const wrong = { query: { limit: ['1', '2'], page: '2' }, body: { nam: 'x' } };
    expect(readRequest(spec, wrong).problems).toEqual([
      { field: 'limit', expected: 'one value' },
      { field: 'page', expected: 'no such parameter' },
      { field: 'name', expected: 'a name' },
      { field: 'nam', expected: 'no such field' },
    ]);
    const right = { query: { limit: '3', tag: 'a' }, body: { name: 'Dana' } };
    expect(readRequest(spec, right)).toEqual({
      problems: [],
      parsed: { query: { limit: 3, tag: ['a'] }, body: { name: 'Dana' } },
    });
  });
});
