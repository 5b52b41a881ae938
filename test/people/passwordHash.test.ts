import { scryptSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  hashPassword,
  isPassword,
  readPasswordHash,
  writePasswordHash,
} from '../../src/people/passwordHash.js';

const PASSWORD = 'correct horse battery';

describe('the hash of a password', () => {
  test('is written in the PHC format, with a salt of its own, and knows its password', async () => {
    const [one, other] = await Promise.all([hashPassword(PASSWORD), hashPassword(PASSWORD)]);
    const text = writePasswordHash(one);
    expect(text).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(text).not.toBe(writePasswordHash(other));
    const read = readPasswordHash(text);
    expect(read && (await isPassword(PASSWORD, read))).toBe(true);
    expect(read && (await isPassword(`${PASSWORD} `, read))).toBe(false);
  });

  test('that another program made with other costs is read as well', async () => {
    const salt = Buffer.from('0123456789abcdef');
    const hash = scryptSync(PASSWORD, salt, 64, { N: 2 ** 12, r: 4, p: 2 });
    const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
    const read = readPasswordHash(`$scrypt$ln=12,r=4,p=2$${base64(salt)}$${base64(hash)}`);
    expect(read && (await isPassword(PASSWORD, read))).toBe(true);
  });

  test('counts the same letters as the same, however a keyboard composes them', async () => {
    const hash = await hashPassword('pässwörter für alle');
    expect(await isPassword('pässwörter für alle'.normalize('NFD'), hash)).toBe(true);
  });

  test.each([
    ['no hash', 'correct horse battery'],
    [
      'of another kind',
      '$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g',
    ],
    ['cheap to guess', '$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFi$MDEyMzQ1Njc4OWFiMDEyMzQ1Njc4OWFi'],
    [
      'of more memory than there is',
      '$scrypt$ln=30,r=8,p=1$MDEyMzQ1Njc4OWFi$MDEyMzQ1Njc4OWFiMDEyMzQ1Njc4OWFi',
    ],
    ['without rounds', '$scrypt$ln=14,r=8,p=0$MDEyMzQ1Njc4OWFi$MDEyMzQ1Njc4OWFiMDEyMzQ1Njc4OWFi'],
    ['with a short salt', '$scrypt$ln=14,r=8,p=1$MDEy$MDEyMzQ1Njc4OWFiMDEyMzQ1Njc4OWFi'],
    ['cut off', '$scrypt$ln=14,r=8,p=5$MDEyMzQ1Njc4OWFi$MDEy'],
  ])('%s is refused', (_title, text) => {
    expect(readPasswordHash(text)).toBeUndefined();
  });
});
