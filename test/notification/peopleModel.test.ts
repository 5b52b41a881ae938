import { afterAll, beforeAll, describe, test } from '@jest/globals';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { modelRuns } from '../support/modelTimes.js';
import { testRedisUrl } from '../support/redis.js';
import { checkCustomers, checkErased, checkLists, checkPlaces } from './support/peopleChecks.js';
import { peopleSteps } from './support/peopleSteps.js';
import { PeopleWorld } from './support/peopleWorld.js';

/*
 * Everything that can happen to the notifications of two people, in any order, with the scripts that write it down:
 * opt-outs, places of the frequency cap that are taken and given back, erasures, events of messages that did not
 * arrive, looks for what became `unknown`, and a campaign that is halted. The model of a single notification, with
 * Redis going back in time, is in stateMachine.test.ts; that of counts by reason and channel in
 * test/campaign/counts.test.ts.
 *
 * The world is honest: who decides what became of an `unknown` knows it, and the last look finds what is there. That
 * no intent is written for an address on the list, or for someone who was erased, is looked at in the step itself.
 *
 * MODEL_TIMES=50 tries it fifty times as often.
 */

const LASTS_AT_MOST_MS = 60_000 * modelRuns(1);

describe('whatever happens to the notifications of two people, in whatever order', () => {
  const redis = new Redis(testRedisUrl());
  beforeAll(() => redis.ping());
  afterAll(() => redis.quit());

  test(
    'nothing is sent twice, against an opt-out, an erasure or the cap, and all that is kept beside the records is true',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(peopleSteps, { minLength: 30, maxLength: 90, size: 'max' }),
          async (history) => {
            const world = new PeopleWorld(redis);
            try {
              await world.open();
              for (const step of history) {
                await step.run(world);
                checkCustomers(world);
                await checkLists(world);
              }
              await checkPlaces(world);
              await checkErased(world);
            } finally {
              await world.close();
            }
          },
        ),
        // A history is made shorter for as long as this, should one fail.
        {
          numRuns: modelRuns(30),
          interruptAfterTimeLimit: LASTS_AT_MOST_MS,
          markInterruptAsFailure: true,
        },
      );
    },
    2 * LASTS_AT_MOST_MS,
  );
});
