import { timingSafeEqual } from 'node:crypto';
import type { Keyring } from '../notification/keyring.js';
import { ADDRESS_FIELDS, type AddressField } from '../notification/recipientAddress.js';
import { CHANNELS, type Channel } from '../notification/state.js';
import { addressesOf, type ConsentDigests, DIGEST_BYTES } from './consentIdentity.js';

/** Where the page is, below PUBLIC_URL; short, as the link stands in SMS, too. */
export const UNSUBSCRIBE_PATH = '/u/';

/** An address as the suppression list knows it: by its keyed hash. */
export interface AddressDigest {
  field: AddressField;
  digest: Buffer;
}

/** What a link says: whom it stops, and which message it came with. */
export interface UnsubscribeTarget {
  channel: Channel;
  addresses: readonly AddressDigest[];
  /** See `templateTags`. */
  templateTag: Buffer;
}

export interface UnsubscribeLinkParts {
  /** PUBLIC_URL. */
  publicUrl: string;
  keyring: Keyring;
  digests: Pick<ConsentDigests, 'of'>;
}

const VERSION = 1;
const HEAD_BYTES = 2;
const TAG_BYTES = 4;
const SIGNATURE_BYTES = 12;
const SIGNATURE = 'unsubscribe link';
const TEMPLATE = 'unsubscribe template';

/**
 * The link with which a recipient stops further messages:
 *
 *   PUBLIC_URL/u/KEYID.BASE64URL, of these bytes
 *
 *   version and channel | which addresses | template | 12 bytes for each address | signature
 *   1                   | 1               | 4        | 12 to 36                  | 12
 *
 * It holds no address and leads to no record: only keyed hashes, the very ones that the suppression list
 * keeps. So it works years after the notification's record is gone, and reading one asks Redis nothing: a
 * wrong link costs a hash and learns nothing. It is good for as long as NOTIFIER_SECRET has its key.
 */
export class UnsubscribeLinks {
  readonly #parts: UnsubscribeLinkParts;

  constructor(parts: UnsubscribeLinkParts) {
    this.#parts = parts;
  }

  /** For a message over this channel; undefined for a recipient without any address. */
  linkFor(
    to: Parameters<typeof addressesOf>[0],
    channel: Channel,
    template: string,
  ): string | undefined {
    const { publicUrl, keyring, digests } = this.#parts;
    const addresses = addressesOf(to).flatMap((address): AddressDigest[] => {
      const [newest] = digests.of(address);
      return newest === undefined ? [] : [{ field: address.field, digest: newest }];
    });
    if (addresses.length === 0) return undefined;
    const which = addresses.reduce((bits, { field }) => bits | bitOf(field), 0);
    const body = Buffer.concat([
      Buffer.from([(VERSION << 4) | CHANNELS.indexOf(channel), which]),
      keyring.derive(TEMPLATE, template).subarray(0, TAG_BYTES),
      ...addresses.map(({ digest }) => digest),
    ]);
    const signature = keyring.derive(SIGNATURE, body.toString('base64url'));
    const token = Buffer.concat([body, signature.subarray(0, SIGNATURE_BYTES)]);
    return `${publicUrl}${UNSUBSCRIBE_PATH}${keyring.keyId}.${token.toString('base64url')}`;
  }
}

/** What stands behind the path of a link; undefined for what is not, as it stands, one of ours. */
export function readUnsubscribeToken(
  text: string,
  keyring: Keyring,
): UnsubscribeTarget | undefined {
  const [, keyId = '', encoded = ''] =
    /^([A-Za-z0-9]{1,8})\.([A-Za-z0-9_-]{40,80})$/.exec(text) ?? [];
  const token = Buffer.from(encoded, 'base64url');
  // Trailing bits can be written in several ways; only ours counts.
  if (encoded === '' || token.toString('base64url') !== encoded) return undefined;
  const body = token.subarray(0, -SIGNATURE_BYTES);
  const expected = keyring.deriveBy(keyId, SIGNATURE, body.toString('base64url'));
  const given = token.subarray(-SIGNATURE_BYTES);
  if (!expected || !timingSafeEqual(expected.subarray(0, SIGNATURE_BYTES), given)) return undefined;
  return targetIn(body);
}

/** What was signed was written by us, but perhaps by a later version. */
function targetIn(body: Buffer): UnsubscribeTarget | undefined {
  const [head = 0, which = 0] = body;
  const channel = CHANNELS[head & 0x0f];
  const fields = ADDRESS_FIELDS.filter((field) => (which & bitOf(field)) !== 0);
  const digestsFrom = HEAD_BYTES + TAG_BYTES;
  const isWhole = body.length === digestsFrom + fields.length * DIGEST_BYTES;
  if (head >> 4 !== VERSION || channel === undefined || !isWhole) return undefined;
  return {
    channel,
    templateTag: body.subarray(HEAD_BYTES, digestsFrom),
    addresses: fields.map((field, at) => {
      const from = digestsFrom + at * DIGEST_BYTES;
      return { field, digest: body.subarray(from, from + DIGEST_BYTES) };
    }),
  };
}

/** By what links name the template of this name, whichever key has signed them. */
export function templateTags(name: string, keyring: Keyring): Buffer[] {
  return keyring.deriveAll(TEMPLATE, name).map((tag) => tag.subarray(0, TAG_BYTES));
}

function bitOf(field: AddressField): number {
  return 1 << ADDRESS_FIELDS.indexOf(field);
}
