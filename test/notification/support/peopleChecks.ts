import { askedFrom } from '../../../src/notification/awaitedDelivery.js';
import {
  countLabel,
  isLive,
  mayHaveGoneOut,
  type NotificationRecord,
} from '../../../src/notification/record.js';
import { nextCheck } from '../../../src/notification/settlement.js';
import { consentAddresses } from '../../../src/suppression/consentIdentity.js';
import { CAP, PEOPLE, type PeopleWorld, ROWS, WHOSE } from './peopleWorld.js';

/** An `expect` costs more than a whole step. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function holdsPlace({ legs }: NotificationRecord, now: number): boolean {
  const takenAt = Math.max(...legs.map(({ intentAt }) => intentAt));
  return mayHaveGoneOut(legs) && takenAt > now - CAP.spanMs;
}

/** Which other notifications to the same person may have gone out within the span. */
export async function placeHolders(world: PeopleWorld, id: string): Promise<string[]> {
  const person = world.personOf(id);
  const records = await world.ledger.readAll(world.ids);
  return records.flatMap((record) => {
    if (record === undefined || record.id === id) return [];
    return world.personOf(record.id) === person && holdsPlace(record, world.now) ? [record.id] : [];
  });
}

/** What customers have got, by the platform alone: nothing twice, and no more than the cap in any span. */
export function checkCustomers(world: PeopleWorld): void {
  const { messages, ids } = world;
  const personOf = (id: string) => world.personOf(id);
  for (const id of ids) {
    const arrived = messages.filter((message) => message.id === id && message.arrives);
    must(arrived.length < 2, `${arrived.length} messages of ${id} have arrived`);
  }
  for (const last of messages) {
    const within = messages.filter(
      ({ id, intentAt }) =>
        personOf(id) === personOf(last.id) &&
        intentAt <= last.intentAt &&
        intentAt > last.intentAt - CAP.spanMs,
    );
    const different = new Set(within.map(({ id }) => id));
    must(different.size <= CAP.places, `${[...different].join(' and ')} came within a span`);
  }
}

/** What the scripts keep beside the records is what one would find by looking at each record. */
export async function checkLists(world: PeopleWorld): Promise<void> {
  const { ledger, redis, ids, now } = world;
  const { due, unknown, looks, awaited } = ledger.keys;
  const [records, counts, live, ...lists] = await Promise.all([
    ledger.readAll(ids),
    world.campaigns.counts('spring'),
    redis.smembers(world.campaigns.keys.of('spring').live),
    ...[due, unknown, looks, awaited].map((key) => redis.zrange(key, '0', '-1')),
  ]);
  const known = records.filter((record) => record !== undefined);
  const expected = {
    due: (record: NotificationRecord) => nextCheck(record, now) !== undefined,
    unknown: ({ state }: NotificationRecord) => state === 'unknown',
    looks: (record: NotificationRecord) => record.looks?.nextAt !== undefined,
    awaited: (record: NotificationRecord) => askedFrom(record) !== undefined,
  };
  for (const [at, [name, isListed]] of Object.entries(expected).entries()) {
    const should = known.filter(isListed).map(({ id }) => id);
    const found = lists[at] ?? [];
    must(`${should.sort()}` === `${found.sort()}`, `${name}: ${found} instead of ${should}`);
  }
  const rows = known.filter(({ row }) => row !== undefined);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  must(total === ROWS, `the counts add up to ${total}`);
  const ofRows = new Map<string, number>();
  for (const record of rows) {
    const label = countLabel(record);
    ofRows.set(label, (ofRows.get(label) ?? 0) + 1);
  }
  const surplus = Object.entries(counts)
    .map(([label, count]) => [label, count - (ofRows.get(label) ?? 0)] as const)
    .filter(([, more]) => more !== 0);
  // Rows that were never released stand together: they wait, or were cancelled with their campaign.
  const isSound = surplus.every(([label]) => label === 'waiting' || label === 'cancelled');
  must(isSound && surplus.length < 2, `counts that no row explains: ${surplus.join(' ')}`);
  const alive = rows.filter(isLive).map(({ row }) => `${row}`);
  must(`${alive.sort()}` === `${live.sort()}`, `live: ${live} instead of ${alive}`);
}

/** Places of the cap: exactly those of notifications that may have gone out. */
export async function checkPlaces(world: PeopleWorld): Promise<void> {
  const records = await world.ledger.readAll(world.ids);
  for (const { recipient } of PEOPLE) {
    const holding = records.filter(
      (record, at) =>
        record !== undefined &&
        PEOPLE[WHOSE[at] ?? 0]?.recipient === recipient &&
        holdsPlace(record, world.now),
    );
    const addresses = consentAddresses({ recipient });
    const { placesTaken } = await world.consent.facts({ addresses, lane: 'campaign' });
    must(
      placesTaken === holding.length,
      `${placesTaken} places are taken and ${holding.length} notifications may have gone out`,
    );
  }
}

/** What an erasure should have taken away. */
export async function checkErased(world: PeopleWorld): Promise<void> {
  for (const [which, person] of PEOPLE.entries()) {
    if (!world.ids.some((id, at) => WHOSE[at] === which && world.erased.has(id))) continue;
    const left = await world.leftOf(person);
    must(left.length === 0, `left of someone who was erased: ${left.join(', ')}`);
  }
}
