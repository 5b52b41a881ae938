import { z } from 'zod';
import { resolveRegion } from './genesys/endpoints.js';
import { parseUrl } from './http/parseUrl.js';
import { isLoopbackHost } from './http/requestOrigin.js';
import { isTimeZone, TIME_ZONE_EXPECTED } from './notification/dateTime.js';
import { readEmail } from './notification/emailAddress.js';
import { FREQUENCY_CAP_EXPECTED, readFrequencyCaps } from './notification/frequencyCaps.js';
import { Keyring } from './notification/keyring.js';
import {
  COUNTRY_EXPECTED,
  countryOfCode,
  PHONE_EXPECTED,
  readPhone,
} from './notification/phoneNumber.js';
import { readContactId, recipientIdentity } from './notification/recipientAddress.js';
import { CHANNELS } from './notification/state.js';
import { readUnknownPolicies, UNKNOWN_POLICY_EXPECTED } from './notification/unknownPolicy.js';
import { readUsersSetting } from './people/consoleUsers.js';
import { ROLES_EXPECTED, readRoleByClaim } from './people/ssoRoles.js';
import { readHolidayFile, readQuietHours } from './policy/quietSetting.js';
import { RECENT_CONVERSATION_EXPECTED, readRecentConversation } from './policy/relevance.js';
import { isRedisUrl } from './redis/redisClient.js';

/* What a setting may hold: for each kind, how its text is read, and what is expected there. */

export const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

const LONGEST_DURATION = 3_650 * UNITS.d;

/**
 * A duration with its unit, in whole milliseconds. A bare number is refused: seconds or milliseconds?
 * `shortest` (ms) is for what Redis keeps for so long: it refuses to keep anything for no time.
 */
export function duration(shortest = 0, longest = LONGEST_DURATION) {
  const most = `at most ${longest / UNITS.d}d`;
  const limits = shortest === 0 ? most : `at least ${shortest / UNITS.s}s and ${most}`;
  return z
    .string()
    .regex(DURATION, 'a duration with a unit, such as 500ms, 60s, 15m, 24h or 30d')
    .transform((text) => {
      const [, amount, unit] = DURATION.exec(text) ?? [];
      return Math.ceil(Number(amount) * UNITS[unit as keyof typeof UNITS]);
    })
    .refine((ms) => ms >= shortest && ms <= longest, `a duration of ${limits}`);
}

const DURATIONS =
  'at most 8 durations, comma separated, each longer than the one before: 20s,2m,10m,1h';

/** Durations that rise, in milliseconds. */
export const durations = z.string().transform((text, context) => {
  const all = text.split(',').map((part) => duration(1, 31 * UNITS.d).safeParse(part.trim()));
  const read = all.flatMap(({ data }) => data ?? []);
  const rises = read.every((ms, at) => at === 0 || ms > (read[at - 1] ?? 0));
  if (read.length === all.length && all.length <= 8 && rises) return read;
  context.addIssue({ code: 'custom', message: DURATIONS });
  return z.NEVER;
});

export const unknownPolicy = z.string().transform((text, context) => {
  const read = readUnknownPolicies(text);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: UNKNOWN_POLICY_EXPECTED });
  return z.NEVER;
});

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `a whole number from ${min} to ${max}`);

export const share = z
  .string()
  .regex(/^(0?\.\d+|0|1(\.0+)?)$/, 'a share above 0 and up to 1, such as 0.5')
  .transform(Number)
  .refine((n) => n > 0, 'a share above 0 and up to 1, such as 0.5');

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

export const channels = list.pipe(
  z
    .array(z.enum(CHANNELS, `channels from ${CHANNELS.join(', ')}, comma separated`))
    .min(1, `at least one of ${CHANNELS.join(', ')}`)
    .refine((all) => new Set(all).size === all.length, 'each channel once'),
);

const HTTP_URL = 'an http or https URL, such as https://gateway.example.com';
export const httpUrl = z
  .url({ protocol: /^https?$/, error: HTTP_URL })
  .refine((text) => !/[?#]|@/.test(text), `${HTTP_URL}, without user, query or fragment`)
  .transform((text) => text.replace(/\/+$/, ''));

export const redisUrl = z
  .string()
  .refine(
    isRedisUrl,
    'redis://host:6379, with the number of a database after a slash or none; several of them for a cluster; or redis+sentinel://host:26379/mastername',
  );

export const apiKeys = list.pipe(
  z.array(
    z
      .string()
      .regex(
        /^[A-Za-z0-9_-]{1,32}:\S{16,}$/,
        'name:key pairs, comma separated, keys of at least 16 characters',
      )
      .transform((pair) => {
        const colon = pair.indexOf(':');
        return { name: pair.slice(0, colon), key: pair.slice(colon + 1) };
      }),
  ),
);

/** As an invisible sign that was copied along would be refused by the platform, it is refused here. */
export const credential = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'visible ASCII characters only, without blanks or line ends');

export const email = z.string().transform((text, context) => {
  const read = readEmail(text);
  if (read.ok) return read.email;
  context.addIssue({ code: 'custom', message: 'an email address' });
  return z.NEVER;
});
const ALLOWED_RECIPIENTS = 'addresses, @domains, E.164 numbers or contact ids, comma separated';
export const allowedRecipients = list.pipe(
  z
    .array(
      z
        .string()
        .refine(
          (entry) =>
            /^[^@\s]*@[^@\s]+$/.test(entry) ||
            readPhone(entry).ok ||
            readContactId(entry) !== undefined,
          ALLOWED_RECIPIENTS,
        )
        .transform(recipientIdentity),
    )
    .min(1, ALLOWED_RECIPIENTS),
);

function isKeyring(text: string): boolean {
  try {
    Keyring.parse(text);
    return true;
  } catch {
    return false;
  }
}

export const frequencyCaps = z.string().transform((text, context) => {
  const read = readFrequencyCaps(text);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: FREQUENCY_CAP_EXPECTED });
  return z.NEVER;
});

export const region = z.string().superRefine((text, context) => {
  const read = resolveRegion(text);
  if (!read.ok) context.addIssue({ code: 'custom', message: read.expected });
});

export const phone = z.string().transform((text, context) => {
  const read = readPhone(text);
  if (read.ok) return read.phone;
  context.addIssue({ code: 'custom', message: PHONE_EXPECTED });
  return z.NEVER;
});

export const country = z.string().transform((text, context) => {
  const read = countryOfCode(text);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: COUNTRY_EXPECTED });
  return z.NEVER;
});

export const timeZone = z.string().refine(isTimeZone, TIME_ZONE_EXPECTED);

/** Kept as they are written, so that they are shown so. */
export const quietHours = z.string().superRefine((text, context) => {
  const read = readQuietHours(text);
  if (!read.ok) context.addIssue({ code: 'custom', message: read.expected });
});

export const recentConversation = z
  .string()
  .refine((text) => readRecentConversation(text) !== undefined, RECENT_CONVERSATION_EXPECTED);

/** Read here so that a wrong one is reported with all else that is wrong. */
export const holidayFile = z.string().superRefine((text, context) => {
  const read = readHolidayFile(text);
  if (!read.ok) context.addIssue({ code: 'custom', message: read.expected });
});

export const consoleUsers = z.string().transform((text, context) => {
  const read = readUsersSetting(text);
  if (read.ok) return read.setting;
  context.addIssue({ code: 'custom', message: read.expected });
  return z.NEVER;
});

export const keyring = z
  .string()
  .refine(isKeyring, 'a secret of at least 16 characters, or id:secret pairs, comma separated');

const ISSUER = 'the https URL of a provider, as its own configuration has it';

/** Kept as it is written: a slash at the end is part of an issuer's name. Without TLS on this machine alone. */
export const oidcIssuer = z.string().refine((text) => {
  const url = parseUrl(text);
  if (url === undefined || url.search !== '' || url.hash !== '' || url.username !== '')
    return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}, ISSUER);

export const publicUrl = httpUrl.refine(
  (text) => parseUrl(text)?.pathname === '/',
  'an http or https URL without a path, such as https://notifier.example.com',
);

export const roleByClaim = z.string().transform((text, context) => {
  const read = readRoleByClaim(text);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: ROLES_EXPECTED });
  return z.NEVER;
});
