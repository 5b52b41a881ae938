import { packCampaign, packId, unpackCampaign, unpackId } from './packedId.js';
import type { NotificationRecord, TimelineEntry } from './record.js';
import { CHANNELS, type Channel, STATES, type State } from './state.js';

/*
 * What the feed says of a notification: an event for each new line of its timeline. The ledger's scripts add it
 * in the same moment as they write the record.
 *
 * One thing is left out, or an hour of a closed gate would be thousands of events: a try that ends in the same
 * wait it came from. While it waits for a reason, its next try shows only by what it brings.
 *
 * An event is one field of a stream's entry, since millions lie there: kind, state, channel, generation, then
 * texts with their length in front, of which an absent end takes nothing. STATES and CHANNELS are part of this format.
 * It holds no address and no text of a message.
 */

/** The first byte of an event says whose it is; a version that does not know it passes over the event. */
const NOTIFICATION_KIND = 1;

/** A reason is a code; whatever is longer is no reason of ours. */
const TEXT_BYTES_AT_MOST = 255;
const GENERATION_AT_MOST = 65_535;
const HEADER_BYTES = 5;

/** What an event says of a notification; the notification may have gone on since. */
export interface NotificationChange {
  id: string;
  /** Rises with each retry. */
  generation: number;
  state: State;
  reason?: string;
  /** Over which this happened; of what was sent, over which it was. */
  channel?: Channel;
  /** Of the platform; where the message was sent. */
  messageId?: string;
  conversationId?: string;
  campaignId?: string;
}

/** The events of a change, in their order; none where nothing happened that is said. */
export function eventsOf(before: NotificationRecord, next: NotificationRecord): Buffer[] {
  let last = lastTold(before.timeline);
  const events: Buffer[] = [];
  for (const line of newLines(before.timeline, next.timeline)) {
    if (isTold(line, last)) {
      events.push(pack(changeOf(next, line)));
      last = line;
    }
  }
  return events;
}

/** The event of a notification that is accepted. */
export function acceptedEvent(record: NotificationRecord): Buffer {
  return pack(changeOf(record, { state: 'accepted' }));
}

/** The event of one whose job was added. */
export function queuedEvent(record: NotificationRecord): Buffer {
  return pack(changeOf(record, { state: 'queued' }));
}

type Line = Pick<TimelineEntry, 'state' | 'reason' | 'channel'>;

/** Lines that were added. They are known by being the same objects: a timeline loses its middle, and folds waits. */
function newLines(before: readonly TimelineEntry[], next: readonly TimelineEntry[]): Line[] {
  const kept = next.findLastIndex((line) => before.includes(line));
  return kept < 0 ? next.slice(-1) : next.slice(kept + 1);
}

/** What the feed said last. A try that follows a wait for a reason was not said. */
function lastTold(timeline: readonly TimelineEntry[]): Line | undefined {
  const place = timeline.findLastIndex((line) => !isBareTry(line));
  const line = timeline[place];
  const isSaid = place === timeline.length - 1 || (line !== undefined && isWait(line));
  return isSaid ? line : timeline.at(-1);
}

function isTold(line: Line, last: Line | undefined): boolean {
  if (last === undefined) return true;
  if (isBareTry(line) && isWait(last)) return false;
  return line.state !== last.state || line.reason !== last.reason || line.channel !== last.channel;
}

function isBareTry({ state, reason }: Line): boolean {
  return state === 'processing' && reason === undefined;
}

function isWait({ state, reason }: Line): boolean {
  return state === 'queued' && reason !== undefined;
}

function changeOf(record: NotificationRecord, line: Line): NotificationChange {
  const { id, generation, campaignId } = record;
  const { state, reason } = line;
  const leg = record.legs.findLast(({ outcome }) => outcome !== 'not_addressable');
  const channel = line.channel ?? leg?.channel;
  const change: NotificationChange = { id, generation, state, reason, channel, campaignId };
  if (state !== 'sent') return change;
  return { ...change, messageId: leg?.messageId, conversationId: leg?.conversationId };
}

function pack(change: NotificationChange): Buffer {
  const { id, generation, state, reason = '', channel, campaignId } = change;
  const { messageId = '', conversationId = '' } = change;
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = NOTIFICATION_KIND;
  header[1] = STATES.indexOf(state);
  header[2] = channel === undefined ? 0 : CHANNELS.indexOf(channel) + 1;
  header.writeUInt16BE(Math.min(generation, GENERATION_AT_MOST), 3);
  const texts = [
    packId(id),
    Buffer.from(reason),
    Buffer.from(packCampaign(id, campaignId)),
    packId(messageId),
    packId(conversationId),
  ].map((text) => text.subarray(0, TEXT_BYTES_AT_MOST));
  const last = texts.findLastIndex(({ length }) => length > 0);
  const parts = texts.slice(0, last + 1).flatMap((text) => [Buffer.of(text.length), text]);
  return Buffer.concat([header, ...parts]);
}

/** Undefined for what is none, or names a state that a later version knows. */
export function unpackNotificationEvent(bytes: Buffer): NotificationChange | undefined {
  const state = STATES[bytes[1] ?? -1];
  if (bytes[0] !== NOTIFICATION_KIND || bytes.length < HEADER_BYTES || state === undefined) {
    return undefined;
  }
  const [packed = Buffer.alloc(0), reason, campaign, messageId, conversationId] = textsIn(bytes);
  const id = unpackId(packed);
  return {
    id,
    generation: bytes.readUInt16BE(3),
    state,
    reason: reason?.toString() || undefined,
    channel: CHANNELS[(bytes[2] ?? 0) - 1],
    messageId: idIn(messageId),
    conversationId: idIn(conversationId),
    campaignId: unpackCampaign(id, campaign?.toString()),
  };
}

function textsIn(bytes: Buffer): Buffer[] {
  const texts: Buffer[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const end = at + 1 + (bytes[at] ?? 0);
    texts.push(bytes.subarray(at + 1, end));
    at = end;
  }
  return texts;
}

function idIn(packed: Buffer | undefined): string | undefined {
  return packed === undefined || packed.length === 0 ? undefined : unpackId(packed);
}
