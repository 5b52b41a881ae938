import { decryptAtRest, encryptAtRest } from './atRest.js';
import { UnreadableRecordError } from './codec.js';
import type { Keyring } from './keyring.js';
import type { NotificationRequest } from './request.js';

/** What was asked for, with the template content that was pinned when it was accepted. */
export interface StoredRequest {
  request: NotificationRequest;
  templateHash: string;
}

/**
 * A request is there and cannot be decrypted: the secret has lost the key that encrypted it, or is
 * another deployment's. What it asks for waits until the key is put back, at most until its deadline.
 */
export class UnreadableRequestError extends UnreadableRecordError {
  override readonly name = 'UnreadableRequestError';

  constructor(id: string, keyId: string) {
    super(
      id,
      `The request of notification ${id} was encrypted with the key ${keyId}, and NOTIFIER_SECRET cannot decrypt it. Nothing is sent for it meanwhile. Give this process the secret of the deployment, and keep a rotated key in it for as long as requests are kept.`,
    );
  }
}

const PURPOSE = 'request';

/** A request holds addresses, names and texts, so it is encrypted; see atRest. */
export function sealRequest(keyring: Keyring, id: string, stored: StoredRequest): Buffer {
  return encryptAtRest(keyring, PURPOSE, id, JSON.stringify(stored));
}

/** @throws UnreadableRequestError; another error where the bytes are damaged */
export function openRequest(keyring: Keyring, id: string, bytes: Buffer): StoredRequest {
  const found = decryptAtRest(keyring, PURPOSE, id, bytes);
  if (found.kind === 'unreadable') throw new UnreadableRequestError(id, found.keyId);
  const json = found.kind === 'open' ? bytes : found.bytes;
  return JSON.parse(json.toString()) as StoredRequest;
}

/** For what is only shown: a request that cannot be decrypted is shown as one that is not kept. */
export async function unlessUnreadable(
  reading: Promise<StoredRequest | undefined>,
): Promise<StoredRequest | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UnreadableRequestError) return undefined;
    throw error;
  }
}
