import { CHANNELS, type Channel } from '../notification/state.js';
import type { SuppressedAddress } from './consentIdentity.js';

/** How an entry of the suppression list came about. Part of its format in Redis: append only. */
export const SUPPRESSION_SOURCES = ['person', 'import', 'unsubscribe', 'bounce', 'stop'] as const;

export type SuppressionSource = (typeof SUPPRESSION_SOURCES)[number];

/** That an address must not be written to. */
export interface Suppression {
  /** Over which channels: these, or all, also those that a later version brings. */
  channels: 'all' | readonly Channel[];
  source: SuppressionSource;
  /** See `reasonProblem`. */
  reason?: string;
  /** The caller's name as the audit has it (`api:crm`), or what found it. */
  author: string;
  /** Since when (epoch ms, kept to the second). */
  at: number;
  /** Past it (epoch ms, kept to the second), the entry does not count and is removed. */
  until?: number;
}

export interface SuppressionEntry {
  address: SuppressedAddress;
  suppression: Suppression;
}

const LONGEST_REASON = 200;

export const REASON_EXPECTED = `one line of at most ${LONGEST_REASON} characters, without an @ and without 6 digits in a row: it is kept in the open, so it must not say who it is about`;

/** 2026-11-30, 30.11.2026. */
const DATE = /(?<!\d)(?:\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})(?!\d)/g;

/** Of any script, and with what people write between the digits of a number. */
const NUMBER = /(?:\p{Nd}[\s./()-]*){6}/u;

/**
 * What is wrong with a reason; undefined where it may be kept. The list holds no personal data, and a free
 * text is where it would slip in.
 */
export function reasonProblem(text: string): string | undefined {
  const isShort = text.length <= LONGEST_REASON;
  const isLine = !/[\p{Cc}\u2028\u2029@＠]/u.test(text);
  const isUsable = isShort && isLine && !NUMBER.test(text.replace(DATE, ''));
  return isUsable ? undefined : REASON_EXPECTED;
}

/** Whether an entry stops messages over this channel now. */
export function stops(suppression: Suppression, channel: Channel, now: number): boolean {
  const { channels } = suppression;
  return !hasEnded(suppression, now) && (channels === 'all' || channels.includes(channel));
}

export function hasEnded({ until }: Suppression, now: number): boolean {
  return until !== undefined && until <= now;
}

/**
 * What stands in the list when an entry meets one that is there. It is never weaker than either: all
 * channels of both, and the later end.
 *
 * A machine that only repeats what is there leaves it as it is: a weekly import must not hide that a
 * customer has unsubscribed. What a person says replaces who, why and when.
 */
export function merged(before: Suppression, next: Suppression): Suppression {
  const channels = unionOf(before.channels, next.channels);
  const until =
    before.until === undefined || next.until === undefined
      ? undefined
      : Math.max(before.until, next.until);
  const addsNothing = isSame(channels, before.channels) && until === before.until;
  return addsNothing && next.source !== 'person' ? before : { ...next, channels, until };
}

function unionOf(a: Suppression['channels'], b: Suppression['channels']): Suppression['channels'] {
  if (a === 'all' || b === 'all') return 'all';
  return CHANNELS.filter((channel) => a.includes(channel) || b.includes(channel));
}

function isSame(a: Suppression['channels'], b: Suppression['channels']): boolean {
  if (a === 'all' || b === 'all') return a === b;
  return a.length === b.length && a.every((channel) => b.includes(channel));
}

/** Whether an entry stops these channels already, for good. */
export function covers(found: Suppression | undefined, channels: Suppression['channels']): boolean {
  if (found === undefined || found.until !== undefined) return false;
  return isSame(unionOf(found.channels, channels), found.channels);
}
