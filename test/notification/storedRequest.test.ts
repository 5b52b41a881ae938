import { describe, expect, test } from '@jest/globals';
import { UnreadableRecordError } from '../../src/notification/codec.js';
import { Keyring } from '../../src/notification/keyring.js';
import {
  openRequest,
  sealRequest,
  UnreadableRequestError,
  unlessUnreadable,
} from '../../src/notification/storedRequest.js';
import { REQUEST } from '../support/notifications.js';

const STORED = { request: REQUEST, templateHash: 'h' };
const OLD = 'old:the-secret-of-last-year';
const NEW = 'new:the-secret-of-this-year';
const keyring = Keyring.parse(OLD);

describe('a request at rest', () => {
  test('is read as it was written, and shows nothing of itself', () => {
    const bytes = sealRequest(keyring, 'n-1', STORED);
    expect(openRequest(keyring, 'n-1', bytes)).toEqual(STORED);
    const shown = bytes.toString('latin1');
    expect(shown).not.toContain('recipient');
    expect(shown).not.toContain(REQUEST.template);
    expect(sealRequest(keyring, 'n-1', STORED)).not.toEqual(bytes);
  });

  test('costs at most 40 bytes more than its JSON', () => {
    const json = Buffer.from(JSON.stringify(STORED));
    expect(sealRequest(keyring, 'n-1', STORED).length - json.length).toBeLessThanOrEqual(40);
  });

  test('is read as JSON where the version before has written it', () => {
    expect(openRequest(keyring, 'n-1', Buffer.from(JSON.stringify(STORED)))).toEqual(STORED);
  });

  test('is read after a rotation as long as the old key is listed', () => {
    const bytes = sealRequest(keyring, 'n-1', STORED);
    expect(openRequest(Keyring.parse(`${NEW},${OLD}`), 'n-1', bytes)).toEqual(STORED);
  });

  test('of a producer without a secret is read by a worker that has one', () => {
    const bytes = sealRequest(Keyring.forDevelopment(), 'n-1', STORED);
    expect(openRequest(keyring, 'n-1', bytes)).toEqual(STORED);
  });

  test('names the key that is missing, and is an unreadable record to every caller', () => {
    const bytes = sealRequest(keyring, 'n-1', STORED);
    const open = () => openRequest(Keyring.parse(NEW), 'n-1', bytes);
    expect(open).toThrow(UnreadableRequestError);
    expect(open).toThrow(UnreadableRecordError);
    expect(open).toThrow(/key old.*NOTIFIER_SECRET/);
  });

  test('is not opened as the request of another notification, nor by another secret of the same key id', () => {
    const bytes = sealRequest(keyring, 'n-1', STORED);
    expect(() => openRequest(keyring, 'n-2', bytes)).toThrow(UnreadableRequestError);
    const other = Keyring.parse('old:the-secret-of-another');
    expect(() => openRequest(other, 'n-1', bytes)).toThrow(UnreadableRequestError);
  });

  test.each(['', 'garbled', '\u0002', '{"request"'])(
    'is a plain error where it is damaged (%j), which quotes nothing',
    (text) => {
      const open = () => openRequest(keyring, 'n-1', Buffer.from(text));
      expect(open).toThrow();
      expect(open).not.toThrow(UnreadableRecordError);
    },
  );

  test('that cannot be decrypted is shown as one that is not kept, and other errors stay', async () => {
    const reading = async () => openRequest(Keyring.parse(NEW), 'n-1', sealed);
    const sealed = sealRequest(keyring, 'n-1', STORED);
    expect(await unlessUnreadable(reading())).toBeUndefined();
    await expect(unlessUnreadable(Promise.reject(new Error('Redis')))).rejects.toThrow('Redis');
  });
});
