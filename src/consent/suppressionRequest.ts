import { z } from 'zod';
import { damageIn } from '../notification/damagedText.js';
import { readIsoDate } from '../notification/dateTime.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import { type AddressField, readAddress, readContactId } from '../notification/recipientAddress.js';
import { CHANNELS, type Channel } from '../notification/state.js';
import type { SuppressedAddress } from '../suppression/consentIdentity.js';
import {
  REASON_EXPECTED,
  reasonProblem,
  SUPPRESSION_SOURCES,
  type Suppression,
} from '../suppression/suppression.js';

export const ADDRESS_EXPECTED =
  'an email address, a phone number such as +15550100123, or the id of an external contact';

export type ReadSuppressed =
  | { ok: true; address: SuppressedAddress }
  | { ok: false; expected: string };

/**
 * What an address is that was written without its kind: an email address has an @, the id of a
 * contact is a UUID, everything else has to be a phone number. Nothing, `*` and `@example.com` are
 * refused: an entry stands for one person, never for all or many.
 */
export function readSuppressedAddress(written: string, country?: CountryCode): ReadSuppressed {
  const text = written.trim();
  // A mailbox may be called so, but a person who writes it means all of them.
  if (/^\*+@/.test(text)) return { ok: false, expected: ADDRESS_EXPECTED };
  const field = fieldOf(text);
  const read = readAddress(field, text, country);
  if (read.kind === 'address') return { ok: true, address: { field, address: read.address } };
  const isNumber = /\d{3}/.test(text);
  return { ok: false, expected: field === 'phone' && !isNumber ? ADDRESS_EXPECTED : read.expected };
}

function fieldOf(text: string): AddressField {
  if (text.includes('@') || text.includes('＠')) return 'email';
  return readContactId(text) === undefined ? 'phone' : 'externalContactId';
}

/** A reason as it is kept; undefined for nothing, and for what may not be kept. */
export function readReason(written: string): string | undefined {
  const reason = written.trim();
  const isSound = reason !== '' && damageIn(reason) === undefined;
  return isSound && reasonProblem(reason) === undefined ? reason : undefined;
}

export const CHANNELS_EXPECTED = `all, or some of ${CHANNELS.join(', ')}`;

/** Reads `all`, or names of channels with commas or blanks between them. */
export function readChannels(written: string): Suppression['channels'] | undefined {
  const names = written
    .toLowerCase()
    .split(/[\s,;|]+/)
    .filter((name) => name !== '');
  if (names.length === 1 && names[0] === 'all') return 'all';
  const channels = CHANNELS.filter((channel) => names.includes(channel));
  const isKnown = names.every((name) => (CHANNELS as readonly string[]).includes(name));
  return names.length > 0 && isKnown ? channels : undefined;
}

export const UNTIL_EXPECTED = 'a time in the future with its zone, such as 2027-03-01T00:00:00Z';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** An end (epoch ms): a moment, or the end of a day in UTC. Undefined for what is neither, or past. */
export function readUntil(written: string, now: number): number | undefined {
  const read = readIsoDate(written);
  if (read.kind !== 'day' && read.kind !== 'moment') return undefined;
  const until = read.at.getTime() + (read.kind === 'day' ? DAY_MS : 0);
  return until > now ? until : undefined;
}

const channelName = z.enum(CHANNELS, { error: `one of ${CHANNELS.join(', ')}` });

/** What a caller says of one address that is not to be written to. */
export const suppressionRequestSchema = z
  .strictObject(
    {
      channels: z
        .union([z.literal('all'), z.array(channelName).min(1, CHANNELS_EXPECTED)], {
          error: CHANNELS_EXPECTED,
        })
        .optional()
        .meta({ description: 'Which channels it stops; all when left out.' }),
      source: z
        .enum(SUPPRESSION_SOURCES, { error: `one of ${SUPPRESSION_SOURCES.join(', ')}` })
        .optional()
        .meta({
          description:
            'Where it comes from; person when left out. For services that hear of bounces or opt-outs elsewhere.',
        }),
      reason: z
        .string({ error: REASON_EXPECTED })
        .refine((reason) => readReason(reason) !== undefined, REASON_EXPECTED)
        .optional()
        .meta({
          description: 'Why, in one line without personal data.',
          maxLength: 200,
        }),
      until: z.iso
        .datetime({ offset: true, error: UNTIL_EXPECTED })
        .optional()
        .meta({ description: 'When it ends by itself; never when left out.' }),
    },
    { error: 'an object with channels, reason and until, each of them if wanted' },
  )
  .meta({ id: 'SuppressionRequest' });

export type SuppressionRequest = z.output<typeof suppressionRequestSchema>;

/** The channels of a request in the order of all channels, each once. */
export function channelsOf({ channels = 'all' }: Pick<SuppressionRequest, 'channels'>) {
  return channels === 'all' ? channels : orderedChannels(channels);
}

function orderedChannels(channels: readonly Channel[]): readonly Channel[] {
  return CHANNELS.filter((channel) => channels.includes(channel));
}
