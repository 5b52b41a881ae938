import { describe, expect, test } from '@jest/globals';
import { isNotificationId } from '../../src/notification/request.js';
import {
  intakeNotificationId,
  invalidIntakeSentence,
  readIntakeMark,
  withIntakeId,
} from '../../src/queue/intakeJob.js';

const TIMESTAMP = 1_764_000_000_000;

describe('the id of a notification that comes from an intake job', () => {
  test('holds the time beside a number of BullMQ’s own, which is used again some day', () => {
    const id = intakeNotificationId({ id: '17', timestamp: TIMESTAMP });
    expect(id).toBe(`job-17-${TIMESTAMP}`);
    expect(intakeNotificationId({ id: '17', timestamp: TIMESTAMP + 1 })).not.toBe(id);
  });

  test('is the job id that the producer chose, whenever the job was added', () => {
    expect(intakeNotificationId({ id: 'order-17', timestamp: TIMESTAMP })).toBe('order-17');
    expect(intakeNotificationId({ id: 'order-17', timestamp: 1 })).toBe('order-17');
  });

  test.each(['person@example.com', 'repeat:daily:1764000000000', '..', 'x'.repeat(600), 'Ü'])(
    'is valid, stable and shows nothing of a job id that is no id of a notification: %s',
    (jobId) => {
      const id = intakeNotificationId({ id: jobId, timestamp: TIMESTAMP });
      expect(isNotificationId(id)).toBe(true);
      expect(id).not.toContain(jobId);
      expect(intakeNotificationId({ id: jobId, timestamp: 1 })).toBe(id);
      expect(intakeNotificationId({ id: `${jobId}x`, timestamp: TIMESTAMP })).not.toBe(id);
    },
  );

  test('is the request’s own where it has one', () => {
    const key = { id: '1', timestamp: TIMESTAMP };
    expect(withIntakeId({ id: 'mine' }, key)).toEqual({ id: 'mine' });
    expect(withIntakeId({ id: null }, key)).toEqual({ id: null });
    expect(withIntakeId({}, key)).toEqual({ id: `job-1-${TIMESTAMP}` });
    for (const data of [null, 'text', 5, [1]]) expect(withIntakeId(data, key)).toBe(data);
  });
});

describe('the mark in an intake job', () => {
  test('counts only in the job that it was written for', () => {
    expect(readIntakeMark({ accepted: 'a', ofJob: '1' }, '1')).toEqual({
      accepted: 'a',
      ofJob: '1',
    });
    expect(readIntakeMark({ refused: 'b', ofJob: '1' }, '1')).toEqual({ refused: 'b', ofJob: '1' });
    for (const data of [{ accepted: 'a', ofJob: '2' }, { accepted: 'a' }, { ofJob: '1' }, null]) {
      expect(readIntakeMark(data, '1')).toBeUndefined();
    }
  });
});

describe('the sentence about an invalid request', () => {
  test('names fields, and no name that may be an address', () => {
    const expected = 'no such field';
    const sentence = invalidIntakeSentence([
      { field: 'recipient.email', expected: 'an email address' },
      { field: 'person@example.com', expected },
      { field: 'variables.+4915112345678', expected },
      { field: 'channels.0', expected },
    ]);
    expect(sentence).toBe(
      'The request is invalid. recipient.email: expected an email address; ' +
        '(a name that is not shown): expected no such field; ' +
        'variables.(a name that is not shown): expected no such field; ' +
        'channels.0: expected no such field',
    );
  });

  test('is bounded', () => {
    const problems = Array.from({ length: 5_000 }, (_, n) => ({
      field: `f${n}`,
      expected: 'no such field',
    }));
    expect(invalidIntakeSentence(problems)).toMatch(/; and 4950 more fields$/);
  });
});
