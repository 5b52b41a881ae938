import { expect, test } from '@jest/globals';
import { readSidecar } from '../../../src/campaign/inbox/sidecar.js';

test('all that is wrong with a sidecar is said at once', () => {
  const startAt = new Date(Date.now() + 3_600_000).toISOString();
  const written = { channels: ['pigeon'], start: 'never', startAt, endAt: '2020-01-01T00:00:00Z' };
  const read = readSidecar(JSON.stringify({ ...written, surprise: 1 }), Date.now());
  const fields = read.ok ? [] : read.problems.map(({ field }) => field);
  expect(new Set(fields)).toEqual(
    new Set(['template', 'channels.0', 'surprise', 'start', 'endAt']),
  );
});

test('the times of a sidecar are compared with each other while the time of Redis is not known', () => {
  const fieldsOf = (times: object) => {
    const read = readSidecar(JSON.stringify({ template: 'follow-up', ...times }), undefined);
    return read.ok ? [] : read.problems.map(({ field }) => field);
  };
  expect(fieldsOf({ endAt: '2020-01-01T00:00:00Z' })).toEqual([]);
  expect(fieldsOf({ startAt: '2026-01-02T00:00:00Z', endAt: '2026-01-01T00:00:00Z' })).toEqual([
    'endAt',
  ]);
});
