import { z } from 'zod';
import { type Answer, accepted, notFound, parseBody } from '../answer.js';
import type { Customer } from '../population/population.js';
import type { World } from '../state.js';
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

/**
 * Genesys: ExternalContact. Every contact names its merge set; the canonical one carries the
 * identifiers of all of it.
 */
function contactView({ population }: World, customer: Customer): object {
  const email = customer.emailOnContact ? customer.email : null;
  const canonical = population.canonicalOf(customer);
  const mergeSet = population.mergeSetOf(customer);
  return {
    id: customer.id,
    type: email === null ? 'Ephemeral' : 'Curated',
    firstName: customer.firstName,
    lastName: customer.lastName,
    ...(email === null ? {} : { workEmail: email }),
    ...(customer.phone === null
      ? {}
      : { cellPhone: { e164: customer.phone, display: customer.phone } }),
    identifiers: customer === canonical ? mergeSet.flatMap(identifiersOf) : identifiersOf(customer),
    externalIds: [],
    mergeSet: mergeSet.map(({ id }) => ({ id })),
    canonicalContact: { id: canonical.id },
    surveyOptOut: false,
    selfUri: `/api/v2/externalcontacts/contacts/${customer.id}`,
  };
}

function identifiersOf({ email, emailOnContact, phone }: Customer): object[] {
  return [
    ...(email === null || !emailOnContact ? [] : [{ type: 'Email', value: email }]),
    ...(phone === null ? [] : [{ type: 'Phone', value: phone }]),
  ];
}

/** Genesys: one identifier per call; 404 when no contact carries it. A merged contact's leads to the canonical one. */
export function lookUpContact(world: World, { body }: Call): Answer {
  const lookup = parseBody(lookupSchema, body);
  if (!lookup.ok) return lookup.refusal;
  const { type, value } = lookup.value;
  const found =
    type === 'Email' || type === 'Phone' ? world.population.findContact(value) : undefined;
  if (found === undefined) return notFound('No contact was found for the identifier.');
  return accepted(contactView(world, world.population.canonicalOf(found)));
}

export function getContact(world: World, { id }: Call): Answer {
  const customer = world.population.customer(id);
  return customer === undefined
    ? notFound('The requested contact was not found.')
    : accepted(contactView(world, customer));
}
