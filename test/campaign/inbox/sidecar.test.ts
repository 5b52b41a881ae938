import { expect, test } from '@jest/globals';
import { readSidecar } from '../../../src/campaign/inbox/sidecar.js';

test('all that is wrong with a sidecar is said at once', () => {
  const startAt = new Date(Date.now() + 3_600_000).toISOString();
  const written = { channels: ['pigeon'], start: 'never', startAt, endAt: '2020-01-01T00:00:00Z' };
  const read = readSidecar(JSON.stringify({ ...written, surprise: 1 }));
  const fields = read.ok ? [] : read.problems.map(({ field }) => field);
  expect(new Set(fields)).toEqual(
    new Set(['template', 'channels.0', 'surprise', 'start', 'endAt']),
  );
});
