import { z } from 'zod';
import { damageIn } from './damagedText.js';
import { isTimeZone, TIME_ZONE_EXPECTED } from './dateTime.js';
import { EMAIL_EXPECTED } from './emailAddress.js';
import { wholeName } from './personName.js';
import {
  COUNTRY_EXPECTED,
  type CountryCode,
  countryOfCode,
  PHONE_EXPECTED,
} from './phoneNumber.js';
import { brokenValue } from './placeholders.js';
import { ADDRESS_FIELDS, CONTACT_ID_EXPECTED, readAddress } from './recipientAddress.js';

/** One thing wrong with what a caller wrote: which field, and what was expected there. */
export interface FieldProblem {
  field: string;
  expected: string;
}

const NAME_EXPECTED = 'a name; leave the field out where there is none';

/** Names of one line; control characters would end up in mail headers. */
const personName = z
  .string({ error: 'a string of 1 to 200 characters' })
  .trim()
  .min(1, 'at least one character')
  .max(200, 'at most 200 characters')
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'one line without control characters');

const text = (error: string) => z.string({ error });

/** The shape of a recipient. What its texts mean, `readRecipient` says: a phone number needs its country. */
export const recipientSchema = z
  .strictObject({
    email: text(EMAIL_EXPECTED).optional().meta({
      description:
        'For the channels email and engage, and to find the customer by. A domain in any script; kept as its ASCII form, in lower case.',
      maxLength: 254,
      pattern: '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$',
    }),
    externalContactId: text(CONTACT_ID_EXPECTED).optional().meta({
      description:
        'Their external contact in Genesys Cloud, where you know it: a UUID, in upper or lower case.',
      pattern: '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$',
    }),
    phone: text(PHONE_EXPECTED).max(60, PHONE_EXPECTED).optional().meta({
      description:
        'For the channel sms: E.164, as people write it. A number without + and country code needs a country.',
    }),
    country: text(COUNTRY_EXPECTED).optional().meta({
      description:
        'ISO 3166-1, such as GB: where a phone number without + and country code is dialled. DEFAULT_COUNTRY when left out.',
      pattern: '^[A-Za-z]{2}$',
    }),
    name: personName
      .optional()
      .meta({ description: 'How to address them; looked up when left out.' }),
    timeZone: z
      .string({ error: TIME_ZONE_EXPECTED })
      .refine(isTimeZone, TIME_ZONE_EXPECTED)
      .optional()
      .meta({
        description:
          'An IANA time zone by area and location, such as Europe/Berlin, or UTC; dates are shown in it.',
      }),
  })
  .refine(
    (value) => Boolean(value.email ?? value.externalContactId ?? value.phone),
    'at least one of email, externalContactId, phone',
  )
  .meta({
    description: 'Who it is for: at least one of email, externalContactId and phone.',
    // Not an `anyOf` beside the properties: generators of clients make "any type" of that.
    if: { not: { anyOf: ADDRESS_FIELDS.map((address) => ({ required: [address] })) } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: false,
  });

type Recipient = z.input<typeof recipientSchema>;

export type ReadRecipient = { recipient: Recipient; problems: FieldProblem[] };

/**
 * What the texts of a recipient mean, and what is wrong with them, named as fields of a request. Each
 * address comes back in its one form; the country has done its work and is left out. What is no text
 * is passed over: the schema names it.
 */
export function readRecipient(written: unknown, defaultCountry?: CountryCode): ReadRecipient {
  const problems: FieldProblem[] = [];
  if (typeof written !== 'object' || written === null) return { recipient: {}, problems };
  const { country: code, ...recipient } = written as Recipient;
  const report = (field: string, expected: string) =>
    problems.push({ field: `recipient.${field}`, expected });
  const country = typeof code === 'string' ? countryOfCode(code) : undefined;
  if (typeof code === 'string' && country === undefined) report('country', COUNTRY_EXPECTED);
  for (const field of ADDRESS_FIELDS) {
    const value = recipient[field];
    if (typeof value !== 'string') continue;
    const read = readAddress(field, value, country ?? defaultCountry);
    if (read.kind === 'address') recipient[field] = read.address;
    else report(field, read.expected);
  }
  const { name } = recipient;
  if (typeof name === 'string' && name.trim() !== '') {
    recipient.name = name.trim();
    const expected = nameProblem(recipient.name);
    if (expected !== undefined) report('name', expected);
  }
  return { recipient, problems };
}

function nameProblem(name: string): string | undefined {
  const damage = damageIn(name);
  if (damage !== undefined) return damage;
  return wholeName(name) === name ? undefined : (brokenValue(name) ?? NAME_EXPECTED);
}
