import fc from 'fast-check';
import {
  cancel as cancelCampaign,
  pause,
  reopen,
  resume,
} from '../../../src/campaign/lifecycle.js';
import {
  type LegAnswer,
  recordAnswer,
  recordDelivery,
  recordNews,
} from '../../../src/notification/answer.js';
import { claim, finish, release as giveBack, startLeg } from '../../../src/notification/attempt.js';
import { awaitedLeg, hasOwnCheck } from '../../../src/notification/awaitedDelivery.js';
import { isLastLook, type LegFinding, recordLook } from '../../../src/notification/reconciling.js';
import { triedChannels, unknownLegs } from '../../../src/notification/record.js';
import { cancel, resolve, retry, sweep, takeOver } from '../../../src/notification/settlement.js';
import { consentAddresses } from '../../../src/suppression/consentIdentity.js';
import { stops } from '../../../src/suppression/suppression.js';
import { must, placeHolders } from './peopleChecks.js';
import {
  CAP,
  CHANNELS,
  type HeldAttempt,
  LOOK_DELAYS,
  PEOPLE,
  type PeopleWorld,
  type SentMessage,
  type UsedChannel,
} from './peopleWorld.js';

/** One thing that happens, with a name by which a history that fails can be read. */
export interface PeopleStep {
  run(world: PeopleWorld): Promise<void>;
  [fc.toStringMethod](): string;
}

/** Mostly the newest attempt, at times one that all others took for dead. */
function pick({ attempts }: PeopleWorld, seed: number): HeldAttempt | undefined {
  return seed % 3 === 0 ? attempts[seed % attempts.length] : attempts.at(-1);
}

const seed = fc.nat({ max: 1_000 });
const flip = fc.boolean();
const which = fc.nat({ max: 4 });
const channelOf = fc.constantFrom<UsedChannel>(...CHANNELS);
const fate = fc.constantFrom('arrives' as const, 'bounces' as const, 'refused' as const);
const addressField = fc.constantFrom('phone' as const, 'externalContactId' as const);
const lookWish = fc.record({
  policy: fc.constantFrom('hold' as const, 'resend' as const),
  /** The statistics lack what is there, until the last look. */
  lags: flip,
  cannotTell: fc.nat({ max: 4 }).map((drawn) => drawn === 0),
});

async function begins(world: PeopleWorld, at: number): Promise<void> {
  const { ledger, now, ids } = world;
  const id = ids[at] ?? '';
  const result = await ledger.changeUnlessHalted(id, (record) =>
    claim(record, record.generation, now),
  );
  if (result?.kind !== 'claimed') return;
  const { fencingToken } = result.record;
  const stored = await ledger.readRequest(id);
  const hasRequest = stored?.request.recipient.phone !== undefined;
  world.attempts.push({ id, fencingToken, hasRequest, work: result.work, sendBy: 0, asked: false });
  if (hasRequest || result.work === 'delivery_check') return;
  const end = { fencingToken, state: 'failed', reason: 'request_gone' } as const;
  await ledger.change(id, (record) => finish(record, end, now));
}

/** As the dispatcher does it, in the moment before a request. */
async function writesIntent(world: PeopleWorld, seedOf: number, channel: UsedChannel) {
  const attempt = pick(world, seedOf);
  if (attempt === undefined || attempt.leg !== undefined || !attempt.hasRequest) return;
  if (attempt.work === 'delivery_check') return;
  const { ledger, consent, now, list } = world;
  const { id, fencingToken } = attempt;
  const before = await ledger.read(id);
  if (before === undefined || triedChannels(before.legs, before.generation).has(channel)) return;
  const { recipient } = world.personOf(id);
  const addresses = consentAddresses({ recipient });
  const entries = await list.findAll(addresses);
  const isSuppressed = entries.some((one) => one !== undefined && stops(one, channel, now));
  const asked = consent.intent({ addresses, lane: 'campaign', id }, channel, now);
  const intent = { fencingToken, channel, sendWithinMs: 2_000, places: asked.places };
  const begun = await ledger.writeIntent(
    id,
    (record) => startLeg(record, intent, now),
    asked.consent,
  );
  if (begun?.kind === 'capped') {
    const others = await placeHolders(world, id);
    must(others.length >= CAP.places, `a place was refused that ${others.length} others have`);
    const end = { fencingToken, state: 'skipped', reason: 'frequency_cap' } as const;
    await ledger.change(id, (record) => finish(record, end, now));
  }
  if (begun?.kind === 'request_gone') {
    const end = { fencingToken, state: 'failed', reason: 'request_gone' } as const;
    await ledger.change(id, (record) => finish(record, end, now));
  }
  if (begun?.kind !== 'started') return;
  must(!isSuppressed, `an intent for a suppressed address: ${id}`);
  must(!world.erased.has(id), `an intent for someone who was erased: ${id}`);
  const { leg, places } = begun;
  Object.assign(attempt, { leg, places, sendBy: leg.sendBy, asked: false, message: undefined });
}

/** The request leaves, if it still may: the platform takes the message or not, and it arrives or not. */
function sends(world: PeopleWorld, seedOf: number, fate: 'arrives' | 'bounces' | 'refused') {
  const attempt = pick(world, seedOf);
  if (attempt?.leg === undefined || attempt.asked || world.now > attempt.sendBy) return;
  attempt.asked = true;
  if (fate === 'refused') return;
  const { intentAt, fencingToken, channel } = attempt.leg;
  const fault = fate === 'bounces' && channel === 'sms' && seedOf % 2 === 0;
  const message: SentMessage = {
    id: attempt.id,
    messageId: `m${world.messages.length + 1}`,
    channel: channel === 'sms' ? 'sms' : 'web',
    intentAt,
    fencingToken,
    arrives: fate === 'arrives',
    fault: fault ? 'InvalidDestination' : undefined,
  };
  world.messages.push(message);
  attempt.message = message;
}

/** The answer arrives, true or lost on the way, and is recorded, however late. */
async function hearsAnswer(world: PeopleWorld, seedOf: number, lost: boolean): Promise<void> {
  const attempt = pick(world, seedOf);
  if (attempt?.leg === undefined || (!attempt.asked && world.now <= attempt.sendBy)) return;
  const { leg, places } = attempt;
  const answer = answerOf(world, attempt, lost);
  attempt.leg = undefined;
  await world.ledger.change(attempt.id, (record) =>
    recordAnswer(record, { leg, answer, places }, world.now),
  );
}

function answerOf(world: PeopleWorld, { asked, message }: HeldAttempt, lost: boolean): LegAnswer {
  if (asked && lost) return { outcome: 'unknown', reason: 'timeout' };
  if (message === undefined) return { outcome: asked ? 'refused' : 'not_sent', reason: 'http_400' };
  const { messageId } = message;
  return { outcome: 'sent', messageId, deliveryCheckAt: world.now + 60_000 };
}

/** The job of a web message's own check asks, and goes on with the next channel by what it has in memory. */
async function checksDelivery(world: PeopleWorld, seedOf: number): Promise<void> {
  const attempt = pick(world, seedOf);
  if (attempt?.work !== 'delivery_check') return;
  const { id, fencingToken, hasRequest } = attempt;
  const record = await world.ledger.read(id);
  const awaited = record && awaitedLeg(record);
  const message = world.messages.find(({ messageId }) => messageId === awaited?.messageId);
  if (message === undefined || record === undefined) return;
  const tried = triedChannels(record.legs, record.generation);
  const mayFallBack = hasRequest && CHANNELS.some((channel) => !tried.has(channel));
  const delivery = message.arrives ? 'delivered' : 'failed';
  await world.ledger.change(id, (current) =>
    recordDelivery(current, { fencingToken, delivery, mayFallBack }, world.now),
  );
  attempt.work = 'dispatch';
}

/** A query for many brings that a message has arrived. */
async function hearsOfArrival(world: PeopleWorld, seedOf: number): Promise<void> {
  const message = world.messages[seedOf % world.messages.length];
  if (!message?.arrives) return;
  const news = { messageId: message.messageId, delivery: 'delivered', mayFallBack: false } as const;
  await world.ledger.change(message.id, (record) => recordNews(record, news, world.now));
}

/** An event says that a message has not arrived: at times before its send is recorded. */
async function hearsOfBounce(world: PeopleWorld, seedOf: number): Promise<void> {
  const message = world.messages[seedOf % world.messages.length];
  if (message === undefined || message.arrives) return;
  world.heard.add(message.messageId);
  await world.delivery.hear([message.messageId], world.now);
}

/** Whatever was heard of is looked at: no event is lost, however early it came. */
async function looksAtSuspects(world: PeopleWorld): Promise<void> {
  await world.suspects.lookAll(new AbortController().signal);
  const records = await world.ledger.readAll(world.ids);
  for (const record of records) {
    const leg = record && awaitedLeg(record);
    if (record === undefined || leg === undefined || !hasOwnCheck(record)) continue;
    const isLate = world.now >= (record.deliveryCheckAt ?? 0);
    const isHeard = world.heard.has(leg.messageId ?? '');
    must(isLate || !isHeard, `an event of ${record.id} was lost`);
  }
}

interface LookWish {
  policy: 'hold' | 'resend';
  lags: boolean;
  cannotTell: boolean;
}

async function isLookedFor(world: PeopleWorld, at: number, wish: LookWish): Promise<void> {
  const { ledger, now, ids } = world;
  const record = await ledger.read(ids[at] ?? '');
  const looks = record?.looks;
  if (record === undefined || looks?.nextAt === undefined || now < looks.nextAt) return;
  const isLast = isLastLook(looks, now, LOOK_DELAYS);
  const findings = unknownLegs(record.legs).map((leg) => {
    const message = world.messages.find(
      ({ id, fencingToken, intentAt }) =>
        id === record.id && fencingToken === leg.fencingToken && intentAt === leg.intentAt,
    );
    const isListed = message !== undefined && !(wish.lags && !isLast);
    const finding: LegFinding = wish.cannotTell
      ? { kind: 'ambiguous' }
      : isListed
        ? { kind: 'found', messageId: message.messageId, deliveryCheckAt: now + 60_000 }
        : { kind: 'not_there' };
    return { leg, finding };
  });
  const look = { askedAt: now, made: looks.made, findings, policy: wish.policy };
  await ledger.change(record.id, (current) => recordLook(current, look, LOOK_DELAYS, now));
}

async function isResolved(world: PeopleWorld, at: number): Promise<void> {
  await world.ledger.change(world.ids[at] ?? '', (record) => {
    const wasSent = unknownLegs(record.legs).some((leg) =>
      world.messages.some(
        ({ id, fencingToken, intentAt }) =>
          id === record.id && fencingToken === leg.fencingToken && intentAt === leg.intentAt,
      ),
    );
    return resolve(record, wasSent ? 'sent' : 'not_sent', world.now);
  });
}

async function isSwept(world: PeopleWorld, at: number): Promise<void> {
  const id = world.ids[at] ?? '';
  const finding = await world.ledger.change(id, (record) => sweep(record, world.now));
  if (finding === 'needs_job') {
    await world.ledger.change(id, (record) => takeOver(record, 5, world.now));
  }
}

async function isSuppressed(world: PeopleWorld, at: number, by: 'phone' | 'externalContactId') {
  const address = PEOPLE[at % 2]?.recipient[by] ?? '';
  const lasts = at % 4 < 2 ? {} : { until: world.now + 50_000 };
  const channel = by === 'phone' ? ('sms' as const) : ('web' as const);
  const channels = at % 3 === 0 ? ('all' as const) : [channel];
  const entry = { channels, source: 'person', author: 'api:crm', at: world.now, ...lasts } as const;
  await world.list.add({ field: by, address }, entry);
}

async function isOffTheList(world: PeopleWorld, at: number, by: 'phone' | 'externalContactId') {
  await world.list.remove({ field: by, address: PEOPLE[at % 2]?.recipient[by] ?? '' });
}

async function savesFindings(world: PeopleWorld, seedOf: number): Promise<void> {
  const attempt = pick(world, seedOf);
  if (attempt?.hasRequest) await world.checkpoints.save(attempt.id, { text: 'my order is late' });
}

async function haltsCampaign({ campaigns, now }: PeopleWorld, at: number): Promise<void> {
  await campaigns.change('spring', (campaign) => {
    if (at === 0) return cancelCampaign(campaign, {}, now);
    if (at < 5) return pause(campaign, { reason: 'x' }, now);
    return at < 9 ? resume(campaign, {}, now) : reopen(campaign, {}, now);
  });
}

async function givesBack(world: PeopleWorld, seedOf: number): Promise<void> {
  const attempt = pick(world, seedOf);
  if (attempt === undefined) return;
  const { id, fencingToken } = attempt;
  const back = { fencingToken, reason: 'http_503', usesAttempt: false, maxAttempts: 5 };
  await world.ledger.change(id, (record) => giveBack(record, back, world.now));
}

async function isRetried(world: PeopleWorld, at: number): Promise<void> {
  const { now } = world;
  const renewed = { deadline: now + 36_000_000 };
  await world.ledger.change(world.ids[at] ?? '', (record) => retry(record, renewed, now));
}

async function isCancelled(world: PeopleWorld, at: number): Promise<void> {
  await world.ledger.change(world.ids[at] ?? '', (record) => cancel(record, world.now));
}

function passes(world: PeopleWorld, ms: number): void {
  world.now += ms;
}

function step<T>(
  weight: number,
  name: string,
  drawn: fc.Arbitrary<T>,
  run: (world: PeopleWorld, of: T) => unknown,
): fc.WeightedArbitrary<PeopleStep> {
  const arbitrary = drawn.map((of) => ({
    run: async (world: PeopleWorld) => {
      await run(world, of);
    },
    [fc.toStringMethod]: () => `${name} ${JSON.stringify(of) ?? ''}`,
  }));
  return { weight, arbitrary };
}

/** Weighted towards sending: a history that is cancelled at once shows nothing. */
export const peopleSteps: fc.Arbitrary<PeopleStep> = fc.oneof(
  step(3, 'releases', fc.integer({ min: 1, max: 3 }), (w, rows) => w.releases(rows)),
  step(12, 'begins', which, begins),
  step(12, 'writes an intent', fc.tuple(seed, channelOf), (w, of) => writesIntent(w, ...of)),
  step(12, 'sends', fc.tuple(seed, fate), (w, of) => sends(w, ...of)),
  step(10, 'hears an answer', fc.tuple(seed, fc.nat({ max: 2 })), (w, [at, lost]) =>
    hearsAnswer(w, at, lost === 0),
  ),
  step(3, 'checks delivery', seed, checksDelivery),
  step(1, 'hears of arrival', seed, hearsOfArrival),
  step(4, 'hears of a bounce', seed, hearsOfBounce),
  step(3, 'looks at suspects', fc.constant(undefined), looksAtSuspects),
  step(5, 'is looked for', fc.tuple(which, lookWish), (w, of) => isLookedFor(w, ...of)),
  step(2, 'is resolved', which, isResolved),
  step(4, 'is swept', which, isSwept),
  step(3, 'is retried', which, isRetried),
  step(1, 'is cancelled', which, isCancelled),
  step(2, 'is suppressed', fc.tuple(which, addressField), (w, of) => isSuppressed(w, ...of)),
  step(2, 'is off the list', fc.tuple(which, addressField), (w, of) => isOffTheList(w, ...of)),
  step(1, 'is erased', fc.nat({ max: 1 }), (w, person) => w.erases(person)),
  step(2, 'saves findings', seed, savesFindings),
  step(1, 'halts', fc.nat({ max: 9 }), haltsCampaign),
  step(1, 'gives back', seed, givesBack),
  step(
    10,
    'time passes',
    fc.constantFrom(1, 500, 2_001, 25_000, 25_000, 65_000, 1_800_000),
    passes,
  ),
);
