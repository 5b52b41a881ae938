import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type LegAnswer,
  recordAnswer,
  recordDelivery,
  recordNews,
  recordNoNews,
} from '../../src/notification/answer.js';
import {
  claim,
  finish,
  REQUEST_SETTLES_WITHIN_MS,
  release,
  skipChannel,
  startLeg,
} from '../../src/notification/attempt.js';
import type { Decision } from '../../src/notification/decision.js';
import {
  eventsOf,
  type NotificationChange,
  unpackNotificationEvent,
} from '../../src/notification/notificationEvent.js';
import {
  doubt,
  isLastLook,
  type LegFinding,
  postponeLook,
  REDIS_WENT_BACK,
  recordLook,
  withFirstLook,
} from '../../src/notification/reconciling.js';
import {
  isLive,
  isSettled,
  type Leg,
  type NotificationRecord,
  queued,
  unknownLegs,
} from '../../src/notification/record.js';
import {
  cancel,
  cancelWithCampaign,
  nextCheck,
  resolve,
  retry,
  sweep,
  takeOver,
  waitForResume,
} from '../../src/notification/settlement.js';
import type { Channel, State } from '../../src/notification/state.js';
import { modelRuns } from '../support/modelTimes.js';
import { acceptedRecord, T0 } from '../support/notifications.js';

/*
 * A model of everything that can happen to one notification, in any order (of the notifications of several people, with
 * opt-outs, caps and erasures: peopleModel.test.ts). MODEL_TIMES=50 tries it fifty times as often. Several workers that
 * claim, freeze, wake and answer; a platform that delivers or not; sweeper, caller and operator; the
 * process that asks the platform about an `unknown`, and a Redis that goes back to an earlier state.
 *
 * `messages` is what the customer really got. A person who resolves `not_sent` by mistake can cause
 * a second message, and so can a platform whose statistics lack a message for longer than the longest
 * delay of the looks. In an honest world both know the truth, as the rule expects of them.
 */
interface World {
  record: NotificationRecord;
  now: number;
  messages: Leg[];
  isHonest: boolean;
  /** How often a person or a policy has decided that an `unknown` was not sent. */
  decided: number;
  /** What the feed has said of it. */
  told: NotificationChange[];
  /** What Redis may go back to. */
  earlier: NotificationRecord[];
  /** Intents that workers hold, with what they know of them. */
  workers: Worker[];
}

interface Worker {
  fencingToken: number;
  leg?: Leg;
  sendBy?: number;
  asked?: boolean;
  sent?: boolean;
}

type Command = (world: World) => void;

/** Short, so that histories reach the last look. */
const LOOK_DELAYS = [20_000, 40_000];

function apply<R>(world: World, decision: Decision<R>): R {
  if (decision.next !== undefined) {
    world.earlier.push(world.record);
    becomes(world, withFirstLook(world.record, decision.next, LOOK_DELAYS));
  }
  return decision.result;
}

function becomes(world: World, next: NotificationRecord): void {
  const events = eventsOf(world.record, next).map(unpackNotificationEvent);
  world.told.push(...events.filter((event) => event !== undefined));
  world.record = next;
}

function newWorld(isHonest = true): World {
  const record = acceptedRecord();
  const told = [{ id: record.id, generation: 1, state: 'accepted' as const }];
  return { record, now: T0, messages: [], isHonest, decided: 0, told, earlier: [], workers: [] };
}

/** Mostly the newest worker, at times one that all others took for dead. */
function pickWorker(world: World, seed: number) {
  return seed % 3 === 0 ? world.workers[seed % world.workers.length] : world.workers.at(-1);
}

const seed = fc.nat({ max: 1_000 });
const flip = fc.boolean();

function becomesQueued(world: World): void {
  if (world.record.state === 'accepted') becomes(world, queued(world.record, world.now));
}

function isClaimed(world: World): void {
  const result = apply(world, claim(world.record, world.record.generation, world.now));
  if (result.kind === 'claimed') world.workers.push({ fencingToken: result.record.fencingToken });
}

function writesIntent(world: World, at: number, channel: Channel): void {
  const worker = pickWorker(world, at);
  if (worker === undefined || worker.leg !== undefined) return;
  const intent = { fencingToken: worker.fencingToken, channel, sendWithinMs: 2_000 };
  const started = apply(world, startLeg(world.record, intent, world.now));
  if (started.kind !== 'started') return;
  Object.assign(worker, {
    leg: started.leg,
    sendBy: started.leg.sendBy,
    asked: false,
    sent: false,
  });
}

/** The request leaves, if its worker still may; the platform delivers it or not. */
function sends(world: World, at: number, delivers: boolean): void {
  const worker = pickWorker(world, at);
  if (worker?.leg === undefined || worker.asked || world.now > (worker.sendBy ?? 0)) return;
  worker.asked = true;
  worker.sent = delivers;
  if (delivers) world.messages.push(worker.leg);
}

/** The answer arrives, true or lost on the way, and is recorded, however late. */
function hearsAnswer(world: World, at: number, lost: boolean): void {
  const worker = pickWorker(world, at);
  if (worker?.leg === undefined) return;
  if (!worker.asked && world.now <= (worker.sendBy ?? 0)) return;
  const given = {
    leg: worker.leg,
    answer: answerFor(world, worker, lost),
  };
  apply(world, recordAnswer(world.record, given, world.now));
  delete worker.leg;
}

function missingLeg(): never {
  throw new Error('a worker that has sent has a leg');
}

function answerFor(world: World, worker: Worker, lost: boolean): LegAnswer {
  if (worker.asked && lost) return { outcome: 'unknown', reason: 'timeout' };
  if (worker.sent) {
    const messageId = nameOf(world, worker.leg ?? missingLeg());
    return { outcome: 'sent', messageId, deliveryCheckAt: world.now + 60_000 };
  }
  return { outcome: worker.asked ? 'refused' : 'not_sent', reason: 'http_400' };
}

function givesBack(world: World, at: number, usesAttempt: boolean): void {
  const fencingToken = pickWorker(world, at)?.fencingToken ?? 0;
  const back = { fencingToken, reason: 'http_503', usesAttempt, maxAttempts: 3 };
  apply(world, release(world.record, back, world.now));
}

function passesOver(world: World, at: number): void {
  const fencingToken = pickWorker(world, at)?.fencingToken ?? 0;
  const pass = {
    fencingToken,
    channel: 'web',
    outcome: 'not_addressable',
    reason: 'no_address',
  } as const;
  apply(world, skipChannel(world.record, pass, world.now));
}

function givesUp(world: World, at: number): void {
  const fencingToken = pickWorker(world, at)?.fencingToken ?? 0;
  apply(
    world,
    finish(world.record, { fencingToken, state: 'failed', reason: 'no_channel' }, world.now),
  );
}

/** The platform's word on an accepted message; "failed" it says only of one that did not arrive. */
function isAskedAbout(world: World, at: number, sure: boolean): void {
  const fencingToken = pickWorker(world, at)?.fencingToken ?? 0;
  const delivery = sure ? 'delivered' : 'unconfirmed';
  apply(
    world,
    recordDelivery(world.record, { fencingToken, delivery, mayFallBack: true }, world.now),
  );
}

function isSwept(world: World): void {
  const finding = apply(world, sweep(world.record, world.now));
  if (finding === 'needs_job') apply(world, takeOver(world.record, 3, world.now));
}

function isResolved(world: World, errs: boolean): void {
  const wasSent = world.messages.length > 0;
  const verdict = wasSent === (errs && !world.isHonest) ? 'not_sent' : 'sent';
  if (world.record.state === 'unknown' && verdict === 'not_sent') world.decided += 1;
  apply(world, resolve(world.record, verdict, world.now));
}

/** What the platform lists of a leg: until the last look it may lack what is there. */
function listed(world: World, leg: Leg, lags: boolean): LegFinding {
  const known = new Set(world.record.legs.map(({ messageId }) => messageId));
  const isHere = ({ intentAt, fencingToken, channel }: Leg) =>
    leg.reason === REDIS_WENT_BACK
      ? channel === leg.channel && intentAt >= leg.intentAt && intentAt <= leg.sendBy
      : channel === leg.channel && fencingToken === leg.fencingToken && intentAt === leg.intentAt;
  const fits = world.messages.filter(
    (message) => isHere(message) && !known.has(nameOf(world, message)),
  );
  const [only, ...others] = fits;
  if (only === undefined || lags) return { kind: 'not_there' };
  if (others.length > 0) return { kind: 'ambiguous' };
  return { kind: 'found', messageId: nameOf(world, only), deliveryCheckAt: world.now + 60_000 };
}

function nameOf({ messages }: World, message: Leg): string {
  return `m${messages.indexOf(message) + 1}`;
}

interface LookWish {
  policy: 'hold' | 'resend';
  /** Of a leg that is there: the statistics lack it still. */
  lags: boolean;
  cannotTell: boolean;
  /** A second process has read the record before this one wrote it. */
  twice: boolean;
}

function isLookedFor(world: World, { policy, lags, cannotTell, twice }: LookWish): void {
  const { looks, legs } = world.record;
  if (looks?.nextAt === undefined || world.now < looks.nextAt) return;
  const isLast = isLastLook(looks, world.now, LOOK_DELAYS);
  const findings = unknownLegs(legs).map((leg) => ({
    leg,
    finding: cannotTell
      ? ({ kind: 'ambiguous' } as const)
      : listed(world, leg, lags && !(isLast && world.isHonest)),
  }));
  const look = { askedAt: world.now, made: looks.made, findings, policy };
  for (let process = 0; process < (twice ? 2 : 1); process += 1) {
    const result = apply(world, recordLook(world.record, look, LOOK_DELAYS, world.now));
    if (result.kind === 'resent' || result.kind === 'expired') world.decided += 1;
  }
}

function isNotAnswered(world: World): void {
  apply(world, postponeLook(world.record, world.record.looks?.made ?? 0, world.now + 10_000));
}

const HAD_ENDED: ReadonlySet<State> = new Set([
  ...(['failed', 'skipped', 'cancelled', 'expired'] as const),
  ...(['undelivered', 'delivered', 'read'] as const),
]);

/**
 * What was written since is lost, but not what was done; the one that notices it has all of it looked for, once no
 * request may leave any more (src/recovery/recovery.ts waits for that, with all sending paused). What had ended is not
 * looked for: that a person has retried it since is forgotten (docs/reliability.md, "What is not promised").
 */
function goesBack(world: World, steps: number): void {
  const to = world.earlier.at(-1 - steps);
  if (to === undefined || HAD_ENDED.has(to.state)) return;
  world.now = Math.max(world.now, ...world.workers.map(({ sendBy = 0 }) => sendBy + 1));
  const from = to.updatedAt;
  world.record = to;
  const legs = (['web', 'email'] as const).map((channel) => ({
    channel,
    intentAt: from,
    sendBy: world.now,
  }));
  apply(world, doubt(to, { reason: REDIS_WENT_BACK, legs, notFound: 'resend' }, world.now));
}

/** News of a message from the platform by itself; "failed" it says only of one that did not arrive. */
function isHeardOf(world: World, arrived: boolean, none: boolean): void {
  const message = world.messages.at(-1);
  const leg = world.record.legs.findLast(({ messageId }) => messageId !== undefined);
  const messageId = leg?.messageId ?? 'of another';
  if (none) apply(world, recordNoNews(world.record, messageId));
  else if (arrived && message !== undefined) {
    const news = { messageId, delivery: 'delivered', mayFallBack: true } as const;
    apply(world, recordNews(world.record, news, world.now));
  }
}

/** Its campaign is paused before its job begins, or cancelled. */
function meetsItsCampaign(world: World, isCancelled: boolean): void {
  if (isCancelled) apply(world, cancelWithCampaign(world.record, world.now));
  else apply(world, waitForResume(world.record, world.now));
}

function isRetried(world: World): void {
  apply(world, retry(world.record, { deadline: world.now + 3_600_000 }, world.now));
}

const always = (command: Command) => fc.constant(command);

/** Weighted towards sending: a history that is cancelled at once shows nothing. */
const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 1, arbitrary: always(becomesQueued) },
  { weight: 8, arbitrary: always(isClaimed) },
  {
    weight: 10,
    arbitrary: fc.tuple(seed, fc.constantFrom('web' as const, 'email' as const)).map(
      ([at, channel]): Command =>
        (world) =>
          writesIntent(world, at, channel),
    ),
  },
  {
    weight: 10,
    arbitrary: fc.tuple(seed, flip).map(
      ([at, yes]): Command =>
        (w) =>
          sends(w, at, yes),
    ),
  },
  {
    weight: 8,
    arbitrary: fc.tuple(seed, flip).map(
      ([at, lost]): Command =>
        (w) =>
          hearsAnswer(w, at, lost),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(seed, flip).map(
      ([at, uses]): Command =>
        (w) =>
          givesBack(w, at, uses),
    ),
  },
  {
    weight: 1,
    arbitrary: seed.map(
      (at): Command =>
        (world) =>
          passesOver(world, at),
    ),
  },
  {
    weight: 1,
    arbitrary: seed.map(
      (at): Command =>
        (world) =>
          givesUp(world, at),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(seed, flip).map(
      ([at, sure]): Command =>
        (w) =>
          isAskedAbout(w, at, sure),
    ),
  },
  { weight: 3, arbitrary: always(isSwept) },
  {
    weight: 2,
    arbitrary: fc.tuple(flip, flip).map(
      ([arrived, none]): Command =>
        (w) =>
          isHeardOf(w, arrived, none),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 3 }).map(
      (at): Command =>
        (w) =>
          meetsItsCampaign(w, at === 0),
    ),
  },
  { weight: 1, arbitrary: always((world) => void apply(world, cancel(world.record, world.now))) },
  {
    weight: 2,
    arbitrary: flip.map(
      (errs): Command =>
        (world) =>
          isResolved(world, errs),
    ),
  },
  {
    weight: 8,
    arbitrary: fc
      .record({
        policy: fc.constantFrom('hold' as const, 'resend' as const),
        lags: flip,
        cannotTell: fc.constantFrom(false, false, false, true),
        twice: flip,
      })
      .map(
        (wish): Command =>
          (world) =>
            isLookedFor(world, wish),
      ),
  },
  { weight: 1, arbitrary: always(isNotAnswered) },
  { weight: 3, arbitrary: always(isRetried) },
  {
    weight: 8,
    arbitrary: fc.constantFrom(1, 500, 1_999, 2_001, 25_000, 25_000, 25_000, 90_000_000).map(
      (ms): Command =>
        (world) => {
          world.now += ms;
        },
    ),
  },
);

/** An `expect` costs more than a whole step; there are a hundred thousand of them here. */
function must(holds: boolean): void {
  if (!holds) throw new Error('the property does not hold');
}

function run(steps: Command[], check: (world: World) => void, world = newWorld()): void {
  for (const step of steps) {
    step(world);
    check(world);
  }
}

const LENGTHS = { minLength: 10, maxLength: 80, size: 'max' } as const;

const histories = fc.array(commands, LENGTHS);

/** A Redis that forgets, too: at most the last few writes, as `everysec` does. */
const forgetful = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: commands },
    {
      weight: 1,
      arbitrary: fc.nat({ max: 4 }).map(
        (steps): Command =>
          (world) =>
            goesBack(world, steps),
      ),
    },
  ),
  LENGTHS,
);

describe('whatever happens to a notification, in whatever order', () => {
  test('the customer never gets two messages', () => {
    fc.assert(
      fc.property(histories, (steps) => run(steps, (world) => must(world.messages.length < 2))),
      { numRuns: modelRuns(1_500) },
    );
  });

  test('the feed says where it stands, but for a try that comes after a wait, and says nothing twice in a row', () => {
    const check = ({ record, told }: World) => {
      const [last, former] = [told.at(-1), told.at(-2)];
      const isSaid = last?.state === record.state && last.reason === record.reason;
      const isVainTry = record.state === 'processing' && record.reason === undefined;
      const waited = last?.state === 'queued' && last.reason !== undefined;
      must(last?.generation === record.generation);
      must(isSaid || (isVainTry && waited));
      must(
        last?.state !== former?.state ||
          last?.reason !== former?.reason ||
          last?.channel !== former?.channel,
      );
    };
    fc.assert(
      fc.property(histories, (steps) => run(steps, check)),
      { numRuns: modelRuns(500) },
    );
  });

  test('a second message needs an unknown between that a person or a policy decided', () => {
    const check = (world: World) => must(world.messages.length <= 1 + world.decided);
    fc.assert(
      fc.property(histories, (steps) => run(steps, check, newWorld(false))),
      { numRuns: modelRuns(1_000) },
    );
  });

  test('the customer never gets two messages from a Redis that forgets, once all that is in doubt is looked for', () => {
    fc.assert(
      fc.property(forgetful, (steps) => run(steps, (world) => must(world.messages.length < 2))),
      { numRuns: modelRuns(1_500) },
    );
  });

  test('the platform is asked about an unknown at a known time, or a person decides', () => {
    fc.assert(
      fc.property(histories, (steps) =>
        run(steps, ({ record: { state, looks } }) =>
          must(state === 'unknown' || looks === undefined),
        ),
      ),
      { numRuns: modelRuns(400) },
    );
  });

  test('what has ended becomes live in a new generation only: by a retry, a decision or the word of the platform', () => {
    const ENDS: ReadonlySet<State> = new Set(['failed', 'skipped', 'cancelled', 'expired']);
    fc.assert(
      fc.property(histories, (steps) => {
        let before = acceptedRecord();
        run(
          steps,
          ({ record }) => {
            const isBack = ENDS.has(before.state) && isLive(record) && record.state !== 'sent';
            must(!isBack || record.generation > before.generation);
            before = record;
          },
          newWorld(false),
        );
      }),
      { numRuns: modelRuns(1_000) },
    );
  });

  test('a recorded message id is never lost', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        let known = false;
        run(steps, ({ record }) => {
          const has = record.legs.some((leg) => leg.messageId !== undefined);
          must(!known || has);
          known = has;
        });
      }),
      { numRuns: modelRuns(400) },
    );
  });

  test('the sweeper has it in view until it has ended, or waits for a person', () => {
    fc.assert(
      fc.property(histories, (steps) =>
        run(steps, ({ record, now }) => {
          const over = isSettled(record) || record.state === 'unknown';
          must((nextCheck(record, now) === undefined) === over);
        }),
      ),
      { numRuns: modelRuns(400) },
    );
  });

  test('left alone, it ends by itself: no state waits for ever', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const world = newWorld();
        for (const step of steps) step(world);
        for (let pass = 0; pass < 3; pass += 1) {
          world.now =
            Math.max(world.now, world.record.deadline) + REQUEST_SETTLES_WITHIN_MS + 7_200_000;
          apply(world, sweep(world.record, world.now));
        }
        must(isSettled(world.record) || world.record.state === 'unknown');
      }),
      { numRuns: modelRuns(400) },
    );
  });

  test('the timeline stays short', () => {
    fc.assert(
      fc.property(histories, (steps) =>
        run([...steps, ...steps, ...steps], ({ record }) => must(record.timeline.length <= 40)),
      ),
      { numRuns: modelRuns(100) },
    );
  });
});
