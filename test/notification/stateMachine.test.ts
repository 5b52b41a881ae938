import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { type LegAnswer, recordAnswer, recordDelivery } from '../../src/notification/answer.js';
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
  isSettled,
  type Leg,
  type NotificationRecord,
  queued,
} from '../../src/notification/record.js';
import {
  cancel,
  nextCheck,
  resolve,
  retry,
  sweep,
  takeOver,
} from '../../src/notification/settlement.js';
import type { Channel } from '../../src/notification/state.js';
import { acceptedRecord, T0 } from '../support/notifications.js';

/*
 * A model of everything that can happen to one notification, in any order: several workers that
 * claim, freeze, wake and answer; a platform that delivers or not; sweeper, caller and operator.
 *
 * `delivered` is what the customer really got. A person who resolves `not_sent` by mistake can cause
 * a second message; the model's person knows the truth, as the rule expects of them.
 */
interface World {
  record: NotificationRecord;
  now: number;
  delivered: number;
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

function apply<R>(world: World, decision: Decision<R>): R {
  if (decision.next !== undefined) world.record = decision.next;
  return decision.result;
}

/** Mostly the newest worker, at times one that all others took for dead. */
function pickWorker(world: World, seed: number) {
  return seed % 3 === 0 ? world.workers[seed % world.workers.length] : world.workers.at(-1);
}

const seed = fc.nat({ max: 1_000 });
const flip = fc.boolean();

function becomesQueued(world: World): void {
  if (world.record.state === 'accepted') world.record = queued(world.record, world.now);
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
  if (delivers) world.delivered += 1;
}

/** The answer arrives, true or lost on the way, and is recorded, however late. */
function hearsAnswer(world: World, at: number, lost: boolean): void {
  const worker = pickWorker(world, at);
  if (worker?.leg === undefined) return;
  if (!worker.asked && world.now <= (worker.sendBy ?? 0)) return;
  const given = {
    leg: worker.leg,
    answer: answerFor(worker, lost, world.now),
  };
  apply(world, recordAnswer(world.record, given, world.now));
  delete worker.leg;
}

function answerFor(worker: Worker, lost: boolean, now: number): LegAnswer {
  if (worker.asked && lost) return { outcome: 'unknown', reason: 'timeout' };
  if (worker.sent) return { outcome: 'sent', messageId: 'm1', deliveryCheckAt: now + 60_000 };
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

function isResolved(world: World): void {
  apply(world, resolve(world.record, world.delivered > 0 ? 'sent' : 'not_sent', world.now));
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
  { weight: 1, arbitrary: always((world) => void apply(world, cancel(world.record, world.now))) },
  { weight: 2, arbitrary: always(isResolved) },
  { weight: 3, arbitrary: always(isRetried) },
  {
    weight: 8,
    arbitrary: fc.constantFrom(1, 500, 1_999, 2_001, 25_000, 25_000, 90_000_000).map(
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

function run(steps: Command[], check: (world: World) => void): void {
  const world: World = { record: acceptedRecord(), now: T0, delivered: 0, workers: [] };
  for (const step of steps) {
    step(world);
    check(world);
  }
}

const histories = fc.array(commands, { minLength: 10, maxLength: 80, size: 'max' });

describe('whatever happens to a notification, in whatever order', () => {
  test('the customer never gets two messages', () => {
    fc.assert(
      fc.property(histories, (steps) => run(steps, (world) => must(world.delivered < 2))),
      { numRuns: 1_500 },
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
      { numRuns: 400 },
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
      { numRuns: 400 },
    );
  });

  test('left alone, it ends by itself: no state waits for ever', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const world: World = { record: acceptedRecord(), now: T0, delivered: 0, workers: [] };
        for (const step of steps) step(world);
        for (let pass = 0; pass < 3; pass += 1) {
          world.now =
            Math.max(world.now, world.record.deadline) + REQUEST_SETTLES_WITHIN_MS + 7_200_000;
          apply(world, sweep(world.record, world.now));
        }
        must(isSettled(world.record) || world.record.state === 'unknown');
      }),
      { numRuns: 400 },
    );
  });

  test('the timeline stays short', () => {
    fc.assert(
      fc.property(histories, (steps) =>
        run([...steps, ...steps, ...steps], ({ record }) => must(record.timeline.length <= 40)),
      ),
      { numRuns: 100 },
    );
  });
});
