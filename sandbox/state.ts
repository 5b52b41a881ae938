import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Faults } from './faults.js';
import { Inbox } from './inbox.js';
import { type Random, seededRandom } from './population/build.js';
import { generateCustomers } from './population/generate.js';
import { Population } from './population/population.js';
import { addWellKnown } from './population/wellKnown.js';
import { RequestLog } from './requestLog.js';

export type Admission = { admitted: true } | { admitted: false; retryAfterSeconds: number };

/**
 * A sliding window over arrivals: no span of `windowMs`, however aligned, admits more than `limit`
 * requests. The platform does not publish how it counts; this is the strictest reading, so a client
 * that stays within it stays within a fixed window too. Refused requests do not count, or a client
 * that asks too often could never recover.
 */
export class SlidingWindow {
  #admitted: number[] = [];
  #oldest = 0;

  /** @param limit 0 admits everything. */
  admit(now: number, limit: number, windowMs: number): Admission {
    if (limit === 0) return { admitted: true };
    this.#forget(now - windowMs);
    const surplus = this.#admitted.length - this.#oldest - limit;
    if (surplus < 0) {
      this.#admitted.push(now);
      return { admitted: true };
    }
    const blocking = this.#admitted[this.#oldest + surplus] ?? now;
    const waitMs = blocking + windowMs - now;
    return { admitted: false, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) };
  }

  clear(): void {
    this.#admitted = [];
    this.#oldest = 0;
  }

  #forget(until: number): void {
    while ((this.#admitted[this.#oldest] ?? Number.POSITIVE_INFINITY) <= until) this.#oldest += 1;
    if (this.#oldest > 1024 && this.#oldest * 2 > this.#admitted.length) {
      this.#admitted = this.#admitted.slice(this.#oldest);
      this.#oldest = 0;
    }
  }
}

/** A web messaging deployment that exists; `fromAddress` of a web message must name one. */
export const DEFAULT_DEPLOYMENT_ID = 'd0000000-0000-4000-8000-000000000001';

const milliseconds = z.number().int().min(0).max(600_000);

/** Everything that may be changed while the sandbox runs (`PATCH /_sandbox/settings`). */
export const settingsSchema = z.strictObject({
  clientId: z.string().min(1).default('sandbox'),
  clientSecret: z.string().min(1).default('sandbox-secret'),
  /** Genesys: 300 s to 48 h, 24 h by default. Shorter is allowed here, to test expiry. */
  tokenLifetimeSeconds: z.number().positive().max(172_800).default(86_400),
  /** Genesys: 300 per OAuth client. 0 lifts the limit. */
  requestsPerMinute: z.number().int().min(0).default(300),
  /** The span `requestsPerMinute` is counted over; shorten it to test limits quickly. */
  rateLimitWindowMs: z.number().int().min(1).default(60_000),
  /** Granted permissions; null grants everything. */
  permissions: z.array(z.string().min(1)).nullable().default(null),
  /** Added to every platform answer. */
  latencyMs: milliseconds.default(0),
  /** How long after a send the analytics query starts to see it. */
  indexingLagMs: milliseconds.default(0),
  /** How long a web or SMS message stays `queued` and `sent` before its delivery is known. */
  deliveryDelayMs: milliseconds.default(300),
  /** Whether conversations are recorded; the list of recordings is empty when not. */
  recordings: z.boolean().default(true),
  /** How long after the end of a conversation its recording is ready; a 202 until then. */
  recordingDelayMs: z.number().int().min(0).default(0),
  /** Masks card numbers, email addresses and phone numbers in recordings: an organisation's choice. */
  sensitiveDataRedaction: z.boolean().default(false),
  deploymentId: z.string().min(1).default(DEFAULT_DEPLOYMENT_ID),
  /** Domains verified for outbound email; null verifies every one that is asked for. */
  verifiedEmailDomains: z.array(z.string().min(1)).nullable().default(null),
  /** The real platform's cap is not published; more predicates in one filter are a 400 here. */
  predicatesPerFilter: z.number().int().min(1).default(100),
});

export type Settings = z.output<typeof settingsSchema>;

export const settingsPatchSchema = z.strictObject({
  clientId: settingsSchema.shape.clientId.unwrap().optional(),
  clientSecret: settingsSchema.shape.clientSecret.unwrap().optional(),
  tokenLifetimeSeconds: settingsSchema.shape.tokenLifetimeSeconds.unwrap().optional(),
  requestsPerMinute: settingsSchema.shape.requestsPerMinute.unwrap().optional(),
  rateLimitWindowMs: settingsSchema.shape.rateLimitWindowMs.unwrap().optional(),
  permissions: settingsSchema.shape.permissions.unwrap().optional(),
  latencyMs: settingsSchema.shape.latencyMs.unwrap().optional(),
  indexingLagMs: settingsSchema.shape.indexingLagMs.unwrap().optional(),
  deliveryDelayMs: settingsSchema.shape.deliveryDelayMs.unwrap().optional(),
  recordings: settingsSchema.shape.recordings.unwrap().optional(),
  recordingDelayMs: settingsSchema.shape.recordingDelayMs.unwrap().optional(),
  sensitiveDataRedaction: settingsSchema.shape.sensitiveDataRedaction.unwrap().optional(),
  deploymentId: settingsSchema.shape.deploymentId.unwrap().optional(),
  verifiedEmailDomains: settingsSchema.shape.verifiedEmailDomains.unwrap().optional(),
  predicatesPerFilter: settingsSchema.shape.predicatesPerFilter.unwrap().optional(),
});

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
