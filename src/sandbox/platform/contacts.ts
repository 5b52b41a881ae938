import { z } from 'zod';
import { type Answer, accepted, notFound, parseBody } from '../answer.js';
import type { Customer } from '../population/customer.js';
import type { World } from '../world.js';
import type { Call } from './call.js';

const IDENTIFIER_TYPES = [
  'Email',
  'Phone',
  'Cookie',
  'ExternalId',
  'SocialLine',
  'SocialFacebook',
  'SocialTwitter',
  'SocialWhatsapp',
  'SocialWhatsappBsuid',
  'SocialInstagram',
  'AppleOpaqueId',
] as const;

const lookupSchema = z.strictObject({
  type: z.enum(IDENTIFIER_TYPES),
  value: z.string().min(1).max(256),
});

/** Genesys: ExternalContact. */
function contactView(customer: Customer): object {
  const email = customer.emailOnContact ? customer.email : null;
  return {
    id: customer.id,
    type: email === null ? 'Ephemeral' : 'Curated',
    firstName: customer.firstName,
    lastName: customer.lastName,
    ...(email === null ? {} : { workEmail: email }),
    ...(customer.phone === null
      ? {}
      : { cellPhone: { e164: customer.phone, display: customer.phone } }),
    identifiers: [
      ...(email === null ? [] : [{ type: 'Email', value: email }]),
      ...(customer.phone === null ? [] : [{ type: 'Phone', value: customer.phone }]),
    ],
    externalIds: [],
    mergeSet: [{ id: customer.id }],
    canonicalContact: { id: customer.id },
    surveyOptOut: false,
    selfUri: `/api/v2/externalcontacts/contacts/${customer.id}`,
  };
}

/** Genesys: one identifier per call; 404 when no contact carries it. */
export function lookUpContact(world: World, { body }: Call): Answer {
  const lookup = parseBody(lookupSchema, body);
  if (!lookup.ok) return lookup.refusal;
  const { type, value } = lookup.value;
  const found =
    type === 'Email' || type === 'Phone' ? world.population.findContact(value) : undefined;
  if (found === undefined) return notFound('No contact was found for the identifier.');
  return accepted(contactView(found));
}

export function getContact(world: World, { id }: Call): Answer {
  const customer = world.population.customer(id);
  return customer === undefined
    ? notFound('The requested contact was not found.')
    : accepted(contactView(customer));
}
