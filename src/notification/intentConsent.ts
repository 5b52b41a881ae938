import type { ConsentKeys } from '../redis/keys.js';
import { packId } from './packedId.js';
import { type CapPlaces, mayHaveGoneOut, type NotificationRecord } from './record.js';

/*
 * What the script of a change does about consent (src/notification/lua/change.lua), in the same moment as it
 * writes the record:
 *
 * - With an intent it looks at the suppression list and at the cap, and takes the cap's places. So an
 *   opt-out that was answered before the intent is never missed, and no place is given twice.
 * - With an intent it looks whether the request is still kept. Without it the person was erased: an attempt that
 *   has read the request before (one that waits for a refusal, or for the word on a delivery) sends nothing more.
 * - With the change after which surely nothing has gone out, it gives the places back: a refusal, a closed
 *   gate, a person's word on an `unknown`.
 * - With an answer that comes after that and says "sent" all the same, it takes them again, full or not.
 *
 * Crash windows. A worker that dies before its intent has taken nothing. One that dies after it leaves
 * `sending`, then `unknown`, and the places are kept until a person decides or the span is over. There is
 * no moment in which a place is taken and no record says so, or the reverse: both are one script. A place
 * is never lost for good, since it counts by the time of its intent.
 */

/** What an intent has to be looked at by: each address of its recipient as keyed digests. */
export interface IntentConsent {
  /** Where the list would have an entry: each address, by each key of the secret. */
  entries: readonly { bucket: string; field: Buffer }[];
  /** The bit of the channel in an entry. */
  channelBit: number;
  /** By Redis' clock (epoch ms). */
  now: number;
  cap?: IntentCap;
}

interface IntentCap {
  places: number;
  spanMs: number;
  /** Of each address the keys of its places, by each key of the secret, the newest first. */
  keys: readonly (readonly string[])[];
}

/** Why the script has not written an intent. */
export type Unwelcome = { kind: 'suppressed' } | { kind: 'capped' } | { kind: 'request_gone' };

/** What the script answers then. */
export const UNWELCOME: Readonly<Record<number, Unwelcome>> = {
  5: { kind: 'suppressed' },
  6: { kind: 'capped' },
  7: { kind: 'request_gone' },
};

interface ScriptPart {
  keys: string[];
  args: (string | number | Buffer)[];
}

const NOTHING: ScriptPart = { keys: [], args: [] };

/** What the script of a change is called with, for what it does about consent. */
export function consentArguments(
  keys: ConsentKeys,
  before: NotificationRecord,
  next: NotificationRecord,
  consent: IntentConsent | undefined,
): ScriptPart {
  if (consent !== undefined && next.state === 'sending') return checked(next.id, consent);
  const places = next.places ?? before.places;
  if (places === undefined) return NOTHING;
  const [took, takes] = [mayHaveGoneOut(before.legs), mayHaveGoneOut(next.legs)];
  if (took === takes) return NOTHING;
  return moved(keys, next, places, takes ? 'take' : 'give');
}

function checked(id: string, { entries, channelBit, now, cap }: IntentConsent): ScriptPart {
  const perAddress = cap?.keys[0]?.length ?? 0;
  return {
    keys: [...entries.map(({ bucket }) => bucket), ...(cap?.keys.flat() ?? [])],
    args: [
      'check',
      packId(id),
      now,
      cap?.spanMs ?? 0,
      entries.length,
      channelBit,
      cap?.keys.length ?? 0,
      perAddress,
      cap?.places ?? 0,
      ...entries.map(({ field }) => field),
    ],
  };
}

function moved(
  keys: ConsentKeys,
  { id, lane }: NotificationRecord,
  { digests, takenAt, until }: CapPlaces,
  how: 'take' | 'give',
): ScriptPart {
  return {
    keys: digests.map((digest) => keys.places(lane, digest)),
    args: [how, packId(id), takenAt, until - takenAt, digests.length],
  };
}
