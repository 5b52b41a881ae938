import { describe, expect, test } from '@jest/globals';
import { Keyring } from '../../src/notification/keyring.js';
import { CHANNELS } from '../../src/notification/state.js';
import { ConsentDigests } from '../../src/suppression/consentIdentity.js';
import {
  readUnsubscribeToken,
  templateTags,
  UnsubscribeLinks,
} from '../../src/suppression/unsubscribeLink.js';

const OLD = 'k1:the secret of last year';
const NEW = 'k2:the secret of this year';
const TO = {
  email: 'customer@example.com',
  phone: '+4915112345678',
  externalContactId: '8f14e45f-ceea-467f-a8d2-91a2b4f7c001',
};

function linkedWith(secret: string) {
  const keyring = Keyring.parse(secret);
  const digests = new ConsentDigests(keyring, 'distinct');
  const links = new UnsubscribeLinks({
    publicUrl: 'https://notifier.example.com',
    keyring,
    digests,
  });
  return { keyring, digests, links };
}

const { keyring, digests, links } = linkedWith(OLD);
const url = links.linkFor(TO, 'email', 'follow-up') ?? '';
const token = url.slice('https://notifier.example.com/u/'.length);

describe('a link to unsubscribe', () => {
  test.each(CHANNELS)('says which addresses it stops, and that it came over %s', (channel) => {
    const path = new URL(links.linkFor(TO, channel, 'follow-up') ?? '').pathname;
    const target = readUnsubscribeToken(path.slice('/u/'.length), keyring);
    expect(target?.channel).toBe(channel);
    const known = Object.entries(TO).map(([field, address]) => ({
      field,
      digest: digests.of({ field: field as keyof typeof TO, address })[0]?.toString('hex'),
    }));
    const read = target?.addresses.map(({ field, digest }) => ({
      field,
      digest: digest.toString('hex'),
    }));
    expect(read).toHaveLength(3);
    expect(read).toEqual(expect.arrayContaining(known));
  });

  test('knows its template again, and no other', () => {
    const tag = readUnsubscribeToken(token, keyring)?.templateTag;
    const isOf = (name: string) => templateTags(name, keyring).some((one) => tag?.equals(one));
    expect([isOf('follow-up'), isOf('order-update')]).toEqual([true, false]);
  });

  test('holds neither address nor name, in the open or encoded', () => {
    const bytes = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('latin1');
    for (const secret of ['customer', 'example.com', '4915112345678', '8f14e45f', 'follow-up']) {
      expect([token.includes(secret), bytes.includes(secret)]).toEqual([false, false]);
    }
    expect(url.length).toBeLessThan(120);
  });

  test('is missing for a recipient without any address', () => {
    expect(links.linkFor({}, 'email', 'follow-up')).toBeUndefined();
  });

  test('works on after a new key came, as long as the old one is kept', () => {
    const rotated = Keyring.parse(`${NEW},${OLD}`);
    expect(readUnsubscribeToken(token, rotated)).toEqual(readUnsubscribeToken(token, keyring));
    const newest = linkedWith(`${NEW},${OLD}`).links.linkFor(TO, 'email', 'follow-up') ?? '';
    expect(newest).toContain('/u/k2.');
    expect(readUnsubscribeToken(token, Keyring.parse(NEW))).toBeUndefined();
  });

  test('is no link once a single sign of it differs', () => {
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const forged = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      expect([at, readUnsubscribeToken(forged, keyring)]).toEqual([at, undefined]);
    }
  });

  test.each([
    ['nothing', ''],
    ['a key alone', 'k1.'],
    ['one that was cut off', token.slice(0, -1)],
    ['one with more behind it', `${token}A`],
    ['one in upper case', token.toUpperCase()],
    ['one with a dot of a sentence behind it', `${token}.`],
    ['a text', 'customer@example.com'],
    ['a very long text', 'A'.repeat(100_000)],
    ['signs of no alphabet', `k1.${'ß'.repeat(60)}`],
  ])('is not %s', (_title, text) => {
    expect(readUnsubscribeToken(text, keyring)).toBeUndefined();
  });
});
