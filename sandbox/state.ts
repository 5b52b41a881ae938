import { randomBytes } from 'node:crypto';
import type { ContactExport } from './bulk/contactExports.js';
import type { DetailsJob } from './bulk/detailsJobs.js';
import type { DncList } from './bulk/dncLists.js';
import { Files } from './bulk/files.js';
import type { RecordingBatch } from './bulk/recordingBatches.js';
import { Store } from './bulk/store.js';
import { Faults } from './faults.js';
import { Inbox } from './inbox.js';
import { Notifications } from './notifications/notifications.js';
import { type Random, seededRandom } from './population/build.js';
import { generateCustomers } from './population/generate.js';
import { Population } from './population/population.js';
import { addWellKnown } from './population/wellKnown.js';
import { RequestLog } from './requestLog.js';
import type { Settings } from './settings.js';
import { SlidingWindow } from './slidingWindow.js';

interface IssuedToken {
  accessToken: string;
  expiresInSeconds: number;
}

/** Access tokens of the client-credentials grant. Each names its client until it expires or is revoked. */
class Tokens {
  readonly #issued = new Map<string, { client: string; expiresAt: number }>();

  issue(client: string, lifetimeSeconds: number, now: number): IssuedToken {
    for (const [token, { expiresAt }] of this.#issued) {
      if (expiresAt <= now) this.#issued.delete(token);
    }
    const accessToken = randomBytes(32).toString('base64url');
    this.#issued.set(accessToken, { client, expiresAt: now + lifetimeSeconds * 1000 });
    return { accessToken, expiresInSeconds: lifetimeSeconds };
  }

  /** The client a token belongs to; null when it is unknown, expired or revoked. */
  clientOf(accessToken: string, now: number): string | null {
    const entry = this.#issued.get(accessToken);
    return entry !== undefined && entry.expiresAt > now ? entry.client : null;
  }

  revokeAll(): void {
    this.#issued.clear();
  }
}

/** Everything that is true in the simulated organisation, shared by all endpoints. */
export interface World {
  readonly now: () => number;
  readonly settings: Settings;
  readonly tokens: Tokens;
  readonly limiter: SlidingWindow;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly inbox: Inbox;
  readonly notifications: Notifications;
  readonly files: Files;
  readonly contactExports: Store<ContactExport>;
  readonly detailsJobs: Store<DetailsJob>;
  readonly recordingBatches: Store<RecordingBatch>;
  readonly dncLists: Store<DncList>;
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
  const faults = new Faults();
  const world: World = {
    now,
    settings,
    tokens: new Tokens(),
    limiter: new SlidingWindow(),
    faults,
    requests: new RequestLog(recordLimit),
    inbox: new Inbox(recordLimit),
    notifications: new Notifications({ settings, faults, now, recordLimit }),
    files: new Files(recordLimit),
    contactExports: new Store(),
    detailsJobs: new Store(),
    recordingBatches: new Store(),
    dncLists: new Store(),
    random,
    population: populate(),
    reset: () => {
      Object.assign(settings, initial);
      world.limiter.clear();
      world.faults.clear();
      world.requests.clear();
      world.inbox.clear();
      world.notifications.clear();
      world.files.clear();
      world.contactExports.clear();
      world.detailsJobs.clear();
      world.recordingBatches.clear();
      world.dncLists.clear();
      world.population = populate();
    },
  };
  return world;
}
