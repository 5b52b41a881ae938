import { Faults } from './faults.js';
import { Inbox } from './inbox.js';
import { generateCustomers } from './population/generate.js';
import { Population } from './population/population.js';
import { type Random, seededRandom } from './population/random.js';
import { addWellKnown } from './population/wellKnownHistory.js';
import { SlidingWindow } from './rateLimit.js';
import { RequestLog } from './requestLog.js';
import type { Settings } from './settings.js';
import { Tokens } from './tokens.js';

/** Everything that is true in the simulated organisation, shared by all endpoints. */
export interface World {
  readonly now: () => number;
  readonly settings: Settings;
  readonly tokens: Tokens;
  readonly limiter: SlidingWindow;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly inbox: Inbox;
  readonly random: Random;
  /** Replaced as a whole by a reset. */
  population: Population;
  /** As it was at the start. Tokens stay valid: a reset between two tests is no outage. */
  reset(): void;
}

const SEED = 20;

export interface WorldOptions {
  settings: Settings;
  /** Generated people beside the well-known ones. */
  generated: number;
  recordLimit: number;
  now: () => number;
}

export function createWorld({ settings, generated, recordLimit, now }: WorldOptions): World {
  const initial = { ...settings };
  // A stream of its own, or what is added later could repeat the ids of what is there.
  const random = seededRandom(SEED + 1);
  const populate = (): Population => {
    const population = new Population();
    const seeded = seededRandom(SEED);
    addWellKnown(population, initial.deploymentId, now(), seeded);
    generateCustomers(
      population,
      { count: generated, from: 1, deploymentId: initial.deploymentId, now: now() },
      seeded,
    );
    return population;
  };
  const world: World = {
    now,
    settings,
    tokens: new Tokens(),
    limiter: new SlidingWindow(),
    faults: new Faults(),
    requests: new RequestLog(recordLimit),
    inbox: new Inbox(recordLimit),
    random,
    population: populate(),
    reset: () => {
      Object.assign(settings, initial);
      world.limiter.clear();
      world.faults.clear();
      world.requests.clear();
      world.inbox.clear();
      world.population = populate();
    },
  };
  return world;
}
