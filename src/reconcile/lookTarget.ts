import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { idsOf } from '../genesys/resources/contacts.js';
import { contactIdsOf, type IdentityLookup } from '../history/identity.js';
import type { Findings } from '../history/lookup.js';
import { found, fromCall, type Read } from '../history/lookupError.js';
import { factsOf } from '../notification/channelFacts.js';
import type { CheckpointStore } from '../notification/checkpoint.js';
import { canBeLookedFor } from '../notification/reconciling.js';
import type { Leg } from '../notification/record.js';
import type { NotificationRequest } from '../notification/request.js';
import type { SentContent } from '../notification/sentContent.js';

/** Where the message of a leg would be, if it went out. */
export interface LookTarget {
  /** Of the notification. */
  id: string;
  leg: Leg;
  /** Every id of the contact, or the one address. */
  addresses: readonly [string, ...string[]];
  /** Whether it was surely sent there: what is not found elsewhere says nothing. */
  isSure: boolean;
}

export interface TargetParts {
  client: Pick<GenesysClient, 'resolveContacts'>;
  identities: Pick<IdentityLookup, 'find'>;
  checkpoints: Pick<CheckpointStore<Findings>, 'load'>;
  content: SentContent;
}

/**
 * The address that a leg went to: by the request, or the contact that was found for it. Undefined where there is none,
 * or where the platform cannot be asked about its channel.
 */
export async function targetOf(
  parts: TargetParts,
  { id, leg }: { id: string; leg: Leg },
  { recipient }: Pick<NotificationRequest, 'recipient'>,
  options: CallOptions,
): Promise<Read<LookTarget | undefined>> {
  if (!canBeLookedFor(leg.channel)) return found(undefined);
  const { address: field } = factsOf(leg.channel);
  if (field !== 'externalContactId') {
    const address = recipient[field];
    return found(address === undefined ? undefined : target(parts, { id, leg }, [address]));
  }
  const known = recipient.externalContactId ?? (await foundBefore(parts, id));
  if (known !== undefined) return found(target(parts, { id, leg }, [known.toLowerCase()]));
  const wants = { contact: true, history: true };
  const identity = await parts.identities.find(recipient, wants, options);
  if (!identity.ok) return identity;
  const contactIds = contactIdsOf(identity.value);
  return found(contactIds && target(parts, { id, leg }, contactIds));
}

async function foundBefore({ checkpoints }: TargetParts, id: string): Promise<string | undefined> {
  return (await checkpoints.load(id))?.externalContactId;
}

function target(
  { content }: TargetParts,
  { id, leg }: { id: string; leg: Leg },
  addresses: readonly [string, ...string[]],
): LookTarget {
  const { addressHash, channel } = leg;
  const isSure =
    addressHash === undefined ||
    addresses.some((address) => content.wasSentTo(addressHash, channel, address));
  return { id, leg, addresses, isSure };
}

/** How many ids a request may have is not documented. */
const CONTACTS_TOGETHER = 50;

/**
 * The same with every id their contacts go by now. A contact that was merged since the send keeps its conversations
 * under the id of before, and what comes later lies under the new one: a last look asks for all.
 */
export async function withMergedContacts(
  { client }: TargetParts,
  targets: readonly LookTarget[],
  options: CallOptions,
): Promise<Read<LookTarget[]>> {
  const ofContacts = targets.filter(
    ({ leg }) => factsOf(leg.channel).address === 'externalContactId',
  );
  const asked = [...new Set(ofContacts.flatMap(({ addresses }) => addresses))];
  const contacts: string[][] = [];
  for (let from = 0; from < asked.length; from += CONTACTS_TOGETHER) {
    const some = asked.slice(from, from + CONTACTS_TOGETHER);
    const read = fromCall(await client.resolveContacts(some, options));
    if (!read.ok) return read;
    contacts.push(...read.value.map((contact) => idsOf(contact).map((id) => id.toLowerCase())));
  }
  return found(
    targets.map((each) => {
      if (!ofContacts.includes(each)) return each;
      const more = contacts.filter((ids) =>
        each.addresses.some((address) => ids.includes(address)),
      );
      const [first, ...others] = each.addresses;
      return { ...each, addresses: [first, ...new Set([...others, ...more.flat()])] as const };
    }),
  );
}
