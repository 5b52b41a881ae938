import { CHANNELS } from '../notification/state.js';
import { SUPPRESSION_SOURCES, type Suppression } from './suppression.js';

/*
 * An entry of the suppression list as it lies in Redis, since millions of them are kept for good:
 *
 *   byte 0        channels, a bit for each of CHANNELS; 255 is all
 *   byte 1        source, an index into SUPPRESSION_SOURCES
 *   bytes 2 to 5  since when, in seconds
 *   bytes 6 to 9  until when, in seconds; 0 is for good
 *   the rest      author, and after a line end the reason, in UTF-8
 *
 * The script that writes an intent reads bytes 0 and 6 to 9 (src/notification/lua/change.lua).
 */

const ALL_CHANNELS = 255;
const HEAD_BYTES = 10;

/** The bit of each channel, as the script of an intent compares it. */
export function channelBit(channel: (typeof CHANNELS)[number]): number {
  return 1 << CHANNELS.indexOf(channel);
}

export function packSuppression(suppression: Suppression): Buffer {
  const { channels, source, author, reason, at, until } = suppression;
  const text = Buffer.from(reason === undefined ? author : `${author}\n${reason}`);
  const packed = Buffer.alloc(HEAD_BYTES + text.length);
  const bits = channels === 'all' ? ALL_CHANNELS : maskOf(channels);
  packed.writeUInt8(bits, 0);
  packed.writeUInt8(SUPPRESSION_SOURCES.indexOf(source), 1);
  packed.writeUInt32BE(Math.floor(at / 1_000), 2);
  packed.writeUInt32BE(until === undefined ? 0 : Math.ceil(until / 1_000), 6);
  text.copy(packed, HEAD_BYTES);
  return packed;
}

/** Of what is damaged, what can be read: an entry that cannot be read still stops all channels. */
export function unpackSuppression(packed: Buffer): Suppression {
  const source = SUPPRESSION_SOURCES[packed[1] ?? -1];
  if (packed.length < HEAD_BYTES || source === undefined) {
    return { channels: 'all', source: 'person', author: 'unreadable', at: 0 };
  }
  const bits = packed.readUInt8(0);
  const until = packed.readUInt32BE(6) * 1_000;
  const [author = '', reason] = packed.toString('utf8', HEAD_BYTES).split('\n');
  return {
    channels:
      bits === ALL_CHANNELS
        ? 'all'
        : CHANNELS.filter((channel) => (bits & channelBit(channel)) !== 0),
    source,
    author,
    reason,
    at: packed.readUInt32BE(2) * 1_000,
    until: until === 0 ? undefined : until,
  };
}

function maskOf(channels: readonly (typeof CHANNELS)[number][]): number {
  return channels.reduce((bits, channel) => bits | channelBit(channel), 0);
}
