import { factsOf, type RenderedMessage } from './channelFacts.js';
import { HmacKey } from './hmacKey.js';
import type { Keyring } from './keyring.js';
import type { Channel } from './state.js';

/** 64 bits: that two texts to one recipient share one does not happen. */
const CONTENT_BYTES = 8;
/** It only says that an address is still the one that was written to. */
const ADDRESS_BYTES = 4;

/** What of a message the platform shows as it was sent: of an email its HTML is not. */
export interface ShownContent {
  subject?: string;
  text: string;
}

/** Keyed hashes of a leg, in base64url. */
export interface SentHashes {
  contentHash: string;
  addressHash: string;
}

/**
 * By what a message at the platform is known as ours again: a keyed hash of what was sent, and of the address. The
 * platform has no field for an id of ours. From Redis alone no text and no address can be read or tried.
 *
 * White space does not count, and no form of Unicode: a mail server may break lines anew. What was changed beyond
 * that does not fit, and is left to a person.
 */
export class SentContent {
  readonly #newest: HmacKey;
  readonly #all: readonly HmacKey[];

  constructor(keyring: Keyring) {
    this.#all = keyring.deriveAll('sent', '').map((key) => new HmacKey(key));
    this.#newest = this.#all[0] ?? new HmacKey(keyring.derive('sent', ''));
  }

  /** Of a message that is about to leave to this address of its channel. */
  hashesOf(message: RenderedMessage, address: string): SentHashes {
    const { channel } = message;
    return {
      contentHash: shortened(
        this.#newest.digest(contentText(channel, shownOf(message))),
        CONTENT_BYTES,
      ),
      addressHash: shortened(this.#newest.digest(addressText(channel, address)), ADDRESS_BYTES),
    };
  }

  /** Whether this is what was sent, under whichever key its hash was made. */
  isSent(hash: string, channel: Channel, content: ShownContent): boolean {
    const text = contentText(channel, content);
    return this.#all.some((key) => shortened(key.digest(text), CONTENT_BYTES) === hash);
  }

  /** Whether it was sent to this address. */
  wasSentTo(hash: string, channel: Channel, address: string): boolean {
    const text = addressText(channel, address);
    return this.#all.some((key) => shortened(key.digest(text), ADDRESS_BYTES) === hash);
  }
}

function shownOf(message: RenderedMessage): ShownContent {
  switch (message.channel) {
    case 'email':
      return { subject: message.subject, text: message.text };
    case 'engage':
      return { subject: message.subject, text: message.html };
    default:
      return { text: message.text };
  }
}

function contentText(channel: Channel, { subject, text }: ShownContent): string {
  return ['content', channel, plain(subject ?? ''), plain(text)].join('\0');
}

function addressText(channel: Channel, address: string): string {
  return ['address', factsOf(channel).address, address.toLowerCase()].join('\0');
}

function plain(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

function shortened(digest: Buffer, bytes: number): string {
  return digest.subarray(0, bytes).toString('base64url');
}
