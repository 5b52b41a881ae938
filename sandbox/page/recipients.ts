import type { Delivery } from '../inbox.js';
import type { Customer } from '../population/population.js';
import type { World } from '../state.js';

/** A recipient that the page shows: a customer, or an address that is not in the population. */
export interface Recipient {
  /** What `?who=` carries: the external contact id, else the address. */
  key: string;
  name: string;
  address: string;
  customer: Customer | null;
  /** Oldest first. */
  deliveries: Delivery[];
}

export function recipientOf(world: World, key: string): Recipient | undefined {
  const customer = world.population.customer(key) ?? world.population.findByAddress(key);
  const wanted = customer?.id ?? key.toLowerCase();
  const deliveries = world.inbox.list().filter((delivery) => keyOf(delivery) === wanted);
  if (customer !== undefined) return known(customer, deliveries);
  return deliveries[0] === undefined ? undefined : unknownRecipient(wanted, deliveries);
}

/**
 * All who match `search` (name, address or id), those with the newest message first and
 * those without any after them.
 */
export function recipients(world: World, search: string): Recipient[] {
  const byKey = new Map<string, Delivery[]>();
  for (const delivery of world.inbox.list()) {
    const key = keyOf(delivery);
    const theirs = byKey.get(key) ?? [];
    theirs.push(delivery);
    // Put last again, so that the map is in the order of everybody's newest message.
    byKey.delete(key);
    byKey.set(key, theirs);
  }
  const reached = [...byKey].reverse().map(([key, deliveries]) => {
    const customer = world.population.customer(key);
    return customer === undefined ? unknownRecipient(key, deliveries) : known(customer, deliveries);
  });
  const others = world.population
    .customers()
    .filter(({ id }) => !byKey.has(id))
    .map((customer) => known(customer, []));
  return [...reached, ...others].filter((recipient) => matches(recipient, search.toLowerCase()));
}

function matches({ key, name, address, customer }: Recipient, search: string): boolean {
  return [key, name, address, customer?.email, customer?.phone].some((text) =>
    text?.toLowerCase().includes(search),
  );
}

function known(customer: Customer, deliveries: Delivery[]): Recipient {
  const { id, firstName, lastName, email, phone } = customer;
  return {
    key: id,
    name: `${firstName} ${lastName}`.trim(),
    address: email ?? phone ?? 'no address',
    customer,
    deliveries,
  };
}

function unknownRecipient(address: string, deliveries: Delivery[]): Recipient {
  return { key: address, name: 'Not a known customer', address, customer: null, deliveries };
}

function keyOf({ customerId, to }: Delivery): string {
  return customerId ?? to.toLowerCase();
}
