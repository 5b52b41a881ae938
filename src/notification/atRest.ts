import { DEVELOPMENT_KEY, Keyring, sealBytes, unsealBytes } from './keyring.js';

/*
 * Customer data that has to outlive a rotation of the secret, as it lies in Redis: a mark, the length of
 * the key's id, the id, and what `sealBytes` has made. Each value has a key of its own, derived from what
 * it belongs to: bytes that are copied to another place cannot be opened there.
 *
 * The mark tells it from what versions before have written open: JSON begins with a brace, MessagePack
 * of a list with 0x9…, and no deflated data has a block of the type that its lowest bits would be.
 */

const MARK = 0x07;
const HEAD_BYTES = 2;

export function encryptAtRest(
  keyring: Keyring,
  purpose: string,
  subject: string,
  open: Buffer | string,
): Buffer {
  return sealBytes(keyring.derive(purpose, subject), open, headOf(keyring.keyId));
}

/** By id of the key; a process has one or two. */
const heads = new Map<string, Buffer>();

function headOf(keyId: string): Buffer {
  const known = heads.get(keyId);
  if (known !== undefined) return known;
  const head = Buffer.concat([Buffer.from([MARK, keyId.length]), Buffer.from(keyId)]);
  heads.set(keyId, head);
  return head;
}

export type AtRest =
  | { kind: 'decrypted'; bytes: Buffer }
  /** A version before has written it. */
  | { kind: 'open' }
  /** The secret lacks the key that encrypted it, has another of this id, or the bytes are damaged. */
  | { kind: 'unreadable'; keyId: string };

export function decryptAtRest(
  keyring: Keyring,
  purpose: string,
  subject: string,
  stored: Buffer,
): AtRest {
  if (stored[0] !== MARK) return { kind: 'open' };
  const end = HEAD_BYTES + (stored[1] ?? 0);
  const keyId = stored.toString('latin1', HEAD_BYTES, end);
  // A producer on this machine may have been given no secret although the workers have one.
  const ring = keyId === DEVELOPMENT_KEY ? Keyring.forDevelopment() : keyring;
  const secret = ring.deriveBy(keyId, purpose, subject);
  const bytes = secret && unsealBytes(secret, stored.subarray(end));
  return bytes === undefined ? { kind: 'unreadable', keyId } : { kind: 'decrypted', bytes };
}
