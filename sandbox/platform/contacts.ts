import { z } from 'zod';
import { type Answer, accepted, badRequest, notFound, parseBody } from '../answer.js';
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

/** Genesys: "pageNumber * pageSize must be <= 1,000". */
const SEARCH_RESULTS = 1000;

const searchSchema = z.strictObject({
  q: z.string().min(1),
  pageSize: z.coerce.number().int().min(1).max(100).default(20),
  pageNumber: z.coerce.number().int().min(1).default(1),
});

/**
 * Genesys: GET /externalcontacts/contacts, a search by keyword in names, addresses and numbers. Finds
 * every contact with an address, where a look-up answers with one. Ephemeral and merged contacts are
 * in no search.
 */
export function searchContacts(world: World, { query }: Call): Answer {
  const parsed = parseBody(searchSchema, query);
  if (!parsed.ok) return parsed.refusal;
  const { q, pageSize, pageNumber } = parsed.value;
  if (pageSize * pageNumber > SEARCH_RESULTS) {
    return badRequest(`pageNumber * pageSize must be at most ${SEARCH_RESULTS}`, 'pageNumber');
  }
  const found = isEmail(q)
    ? world.population.contactsWithEmail(q)
    : world.population.customers().filter((customer) => mentions(customer, q.toLowerCase()));
  const listed = found.filter(isCurated);
  const first = (pageNumber - 1) * pageSize;
  return accepted({
    entities: listed.slice(first, first + pageSize).map((each) => contactView(world, each)),
    pageSize,
    pageNumber,
    total: listed.length,
    pageCount: Math.ceil(listed.length / pageSize),
  });
}

const isEmail = (text: string): boolean => text.includes('@');

function mentions({ firstName, lastName, phone }: Customer, word: string): boolean {
  return [firstName, lastName, phone].some((text) => text?.toLowerCase().includes(word));
}

/** Made by a person or an import, and not merged away: what lists, searches and exports hold. */
export function isCurated({ emailOnContact, phone, mergedInto }: Customer): boolean {
  return (emailOnContact || phone !== null) && mergedInto === null;
}

/** How many ids the platform takes is not documented where we could read it. */
const BULK_CONTACTS = 50;

const bulkSchema = z.strictObject({
  entities: z
    .array(z.strictObject({ id: z.string().min(1).max(64) }))
    .min(1)
    .max(BULK_CONTACTS, `must hold at most ${BULK_CONTACTS} ids`),
});

/**
 * Genesys: BulkFetchContactsResponse. Each result carries the id that was asked for. A merged id is
 * resolved: its entity is the canonical contact.
 */
export function getBulkContacts(world: World, { body }: Call): Answer {
  const parsed = parseBody(bulkSchema, body);
  if (!parsed.ok) return parsed.refusal;
  const results = parsed.value.entities.map(({ id }) => {
    const customer = world.population.customer(id);
    if (customer === undefined) {
      const error = { code: 'not.found', message: 'The contact was not found.', status: 404 };
      return { id, success: false, status: 404, error: { ...error, entity: { id } } };
    }
    const entity = contactView(world, world.population.canonicalOf(customer));
    return { id, success: true, status: 200, entity };
  });
  const errorIndexes = results.flatMap(({ success }, index) => (success ? [] : [index]));
  return accepted({ results, errorCount: errorIndexes.length, errorIndexes });
}
