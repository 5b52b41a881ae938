import type { Context } from '@opentelemetry/api';
import { v7 as uuidv7 } from 'uuid';
import { type Snapshot, takeRandom } from '../notification/codec.js';
import type { Keyring } from '../notification/keyring.js';
import type { Ledger } from '../notification/ledger.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import { type NotificationRecord, newRecord, queued } from '../notification/record.js';
import {
  type FieldProblem,
  isNotificationId,
  type NotificationRequest,
  parseRequest,
} from '../notification/request.js';
import type { State } from '../notification/state.js';
import type { RedisClient } from '../redis/redisClient.js';
import { type RedisFault, redisFaultOf, withoutCommand } from '../redis/redisFault.js';
import {
  type TemplateCatalogue,
  type TemplateEntry,
  templateProblems,
} from '../templates/catalogue.js';
import { inSendSpans } from '../tracing/messagingSpans.js';
import type { Backlog } from './backlog.js';
import { addJobs, type Queues } from './jobs.js';
import { untilConnected, withTimeout } from './timeout.js';

/** What became of one request. Only `accepted` and `existing` mean that it is kept. */
export type AcceptResult =
  | { status: 'accepted' | 'existing'; id: string; record: NotificationRecord }
  | { status: 'invalid'; id?: string; problems: FieldProblem[] }
  | { status: 'conflict'; id: string; state: State }
  | { status: 'backlog_full' | 'redis_full'; id: string; retryAfterMs: number }
  /** Redis did not answer; it may be kept or not. */
  | { status: 'unavailable'; id: string; fault: RedisFault }
  /** Something unforeseen was thrown; it may be kept or not. */
  | { status: 'error'; id: string; error: unknown };

const UUID_BYTES = 16;
const FULL_RETRY_AFTER_MS = 30_000;
/** What stands for a request whose answer is not there yet. */
const AWAY: RedisFault = { kind: 'away' };

interface Candidate {
  at: number;
  id: string;
  request: NotificationRequest;
  /** As the caller wrote it; versions before this one hashed that. */
  written: NotificationRequest;
  /** The trace that its producer has added it in, where that is known. */
  origin?: Context;
}

interface Pinned extends Candidate {
  templateHash: string;
}

/**
 * Accepts requests. Three steps, in this order: ledger and request in one script; the job; the mark
 * that the job is there. A process that dies after the first step leaves a notification that is
 * `accepted` without a job. The sweeper finds it within seconds, and so does a caller who repeats
 * the request. Nothing is answered as accepted before the second step is done.
 */
export class Acceptor {
  /** Where phone numbers without a country code are dialled, unless a request says it. */
  readonly country: CountryCode | undefined;
  readonly #redis: RedisClient;
  readonly #ledger: Ledger;
  readonly #queues: Queues;
  readonly #catalogue: TemplateCatalogue;
  readonly #backlog: Backlog;
  readonly #keyring: Keyring;

  constructor(parts: {
    redis: RedisClient;
    ledger: Ledger;
    queues: Queues;
    catalogue: TemplateCatalogue;
    backlog: Backlog;
    keyring: Keyring;
    country?: CountryCode | undefined;
  }) {
    this.country = parts.country;
    this.#redis = parts.redis;
    this.#ledger = parts.ledger;
    this.#queues = parts.queues;
    this.#catalogue = parts.catalogue;
    this.#backlog = parts.backlog;
    this.#keyring = parts.keyring;
  }

  /**
   * Takes in one chunk; results in the order of the inputs, each item on its own merits.
   *
   * @param origins the trace of each input, where producers have handed one over
   */
  async acceptAll(
    inputs: readonly unknown[],
    by?: string,
    origins: readonly Context[] = [],
  ): Promise<AcceptResult[]> {
    const now = await this.#now();
    const msecs = now ?? this.#ledger.clock.now();
    const results: AcceptResult[] = new Array(inputs.length);
    const candidates: Candidate[] = [];
    const overdue: { at: number; id: string }[] = [];
    inputs.forEach((input, at) => {
      const parsed = parseRequest(input, now, this.country);
      if (!parsed.ok) {
        const { id } = idOf(input);
        const { problems } = parsed;
        results[at] = { status: 'invalid', id, problems };
        if (isNotificationId(id) && problems.every(({ field }) => field === 'deadline')) {
          overdue.push({ at, id });
        }
        return;
      }
      candidates.push({
        at,
        id: parsed.request.id ?? uuidv7({ msecs, random: takeRandom(UUID_BYTES) }),
        request: parsed.request,
        written: parsed.written,
        origin: origins[at],
      });
    });
    await Promise.all(
      overdue.map(async ({ at, id }) => {
        const known = await this.#patientlyKnown(id, inputs[at]);
        if (known !== undefined) results[at] = known;
      }),
    );
    await this.#judgeTemplatesOfInvalid(inputs, results);
    if (candidates.length === 0) return results;
    // Answered one by one into `results`, so that what is known stays known when time runs out.
    for (const { at, id } of candidates) results[at] = { status: 'unavailable', id, fault: AWAY };
    try {
      await withTimeout(this.#accept(candidates, results, by, inputs.length > 1));
    } catch (error) {
      for (const { at, id } of candidates) {
        const result = results[at];
        if (result?.status === 'unavailable' && result.fault === AWAY) {
          results[at] = failed(id, error);
        }
      }
    }
    // A step given up on may still finish; its late answers must not reach what was returned.
    return [...results];
  }

  /** Redis' time, or undefined when Redis has never said it to this process. */
  async #now(): Promise<number | undefined> {
    const { clock } = this.#ledger;
    if (this.#redis.status === 'ready') {
      await withTimeout(clock.current()).catch(() => undefined);
    }
    return clock.known();
  }

  async #accept(
    candidates: Candidate[],
    results: AcceptResult[],
    by: string | undefined,
    areMany: boolean,
  ): Promise<void> {
    await untilConnected(this.#redis);
    const now = await this.#ledger.clock.current();
    const pinned = await this.#checkTemplates(candidates, results);
    if (pinned.length === 0) return;
    const admission = await this.#backlog.admit(pinned.length);
    if (!admission.admitted) {
      const { because, retryAfterMs } = admission;
      for (const each of pinned) {
        results[each.at] = await this.#judgeFull(each, { status: because, retryAfterMs });
      }
      return;
    }
    const accepting = pinned.map(
      ({ id, request: { priority: lane = 'transactional' }, origin }) => ({
        id,
        lane,
        origin,
      }),
    );
    await inSendSpans(accepting, areMany, (carriedTo) =>
      this.#store({ pinned, results, carriedTo, now, by }),
    );
  }

  /** The three steps. */
  async #store({
    pinned,
    results,
    carriedTo,
    now,
    by,
  }: {
    pinned: readonly Pinned[];
    results: AcceptResult[];
    carriedTo: (record: NotificationRecord) => string | undefined;
    now: number;
    by: string | undefined;
  }): Promise<void> {
    const acceptances = await this.#ledger.accept(
      pinned.map(({ id, request, templateHash }) => ({
        record: newRecord(id, request, this.#keyring.hashRequest(request), now, by),
        stored: { request, templateHash },
      })),
    );
    const needJob: { at: number; result: AcceptResult; snapshot: Snapshot }[] = [];
    for (const [index, candidate] of pinned.entries()) {
      const { at, id } = candidate;
      const acceptance = acceptances[index];
      if (acceptance === undefined || !('kind' in acceptance)) {
        results[at] = await this.#judgeUnwritten(candidate, acceptance);
        continue;
      }
      const { record } = acceptance.snapshot;
      const result: AcceptResult =
        acceptance.kind === 'known'
          ? this.#judgeKnown(candidate, record)
          : { status: 'accepted', id, record };
      if (result.status === 'conflict' || record.state !== 'accepted') results[at] = result;
      else needJob.push({ at, result, snapshot: acceptance.snapshot });
    }
    await addJobs(
      this.#queues,
      needJob.map(({ snapshot }) => snapshot.record),
      now,
      carriedTo,
    );
    for (const { at, result } of needJob) results[at] = result;
    const changes = needJob.map(({ snapshot }) => ({
      snapshot,
      next: queued(snapshot.record, this.#ledger.clock.now()),
    }));
    await this.#ledger.enqueued(changes);
  }

  /**
   * A caller wants to hear of every wrong field at once, the template's name included. Only Redis
   * knows the names; when it is not there at this moment, the rest is answered without it.
   */
  async #judgeTemplatesOfInvalid(
    inputs: readonly unknown[],
    results: AcceptResult[],
  ): Promise<void> {
    if (this.#redis.status !== 'ready') return;
    try {
      for (const [at, input] of inputs.entries()) {
        const result = results[at];
        if (result?.status !== 'invalid') continue;
        if (result.problems.some(({ field }) => field === 'template' || field === '(request)')) {
          continue;
        }
        const { template } = input as { template: string };
        const entry = await withTimeout(this.#catalogue.find(template));
        if (entry === undefined) result.problems.push(await this.#unknownTemplate());
      }
    } catch {
      // The rest is right without it, and an unforeseen error must not cost the others their answer.
    }
  }

  /** "Full" says that nothing was stored; of a request that is repeated, that would be untrue. */
  async #judgeFull(
    candidate: Pinned,
    full: { status: 'backlog_full' | 'redis_full'; retryAfterMs: number },
  ): Promise<AcceptResult> {
    const record = await this.#ledger.read(candidate.id);
    return record === undefined
      ? { ...full, id: candidate.id }
      : this.#judgeKnown(candidate, record);
  }

  /** The script that accepts is refused as a whole when Redis is full: nothing of it was stored. */
  async #judgeUnwritten(candidate: Pinned, error: unknown): Promise<AcceptResult> {
    if (redisFaultOf(error)?.kind !== 'full') return failed(candidate.id, withoutCommand(error));
    return this.#judgeFull(candidate, { status: 'redis_full', retryAfterMs: FULL_RETRY_AFTER_MS });
  }

  /**
   * The notification that was accepted for exactly this request. Today the request would be refused:
   * its deadline has passed since, or its template has changed.
   */
  async #knownBefore(id: string, input: unknown): Promise<AcceptResult | undefined> {
    const record = await this.#ledger.read(id);
    if (record === undefined) return undefined;
    const parsed = parseRequest(input, record.createdAt, this.country);
    if (!parsed.ok) return undefined;
    const result = this.#judgeKnown({ id, ...parsed }, record);
    return result.status === 'existing' ? result : undefined;
  }

  /** As `#knownBefore`; `unavailable` while Redis does not answer. */
  async #patientlyKnown(id: string, input: unknown): Promise<AcceptResult | undefined> {
    try {
      return await withTimeout(
        untilConnected(this.#redis).then(() => this.#knownBefore(id, input)),
      );
    } catch (error) {
      return failed(id, error);
    }
  }

  /** Two writings of one address are one request. */
  #judgeKnown(
    { id, request, written }: Pick<Candidate, 'id' | 'request' | 'written'>,
    record: NotificationRecord,
  ): AcceptResult {
    const isSame = [request, written].some((body) => this.#keyring.matches(body, record.bodyHash));
    return isSame
      ? { status: 'existing', id, record }
      : { status: 'conflict', id, state: record.state };
  }

  async #checkTemplates(candidates: Candidate[], results: AcceptResult[]): Promise<Pinned[]> {
    const entries = new Map<string, TemplateEntry | undefined>();
    for (const { template } of candidates.map(({ request }) => request)) {
      if (!entries.has(template)) entries.set(template, await this.#catalogue.find(template));
    }
    const pinned: Pinned[] = [];
    for (const candidate of candidates) {
      const { at, id, request, written } = candidate;
      const entry = entries.get(request.template);
      const problems =
        entry === undefined ? [await this.#unknownTemplate()] : templateProblems(request, entry);
      if (entry === undefined || problems.length > 0) {
        const known = written.id === undefined ? undefined : await this.#knownBefore(id, written);
        results[at] = known ?? { status: 'invalid', id, problems };
      } else {
        pinned.push({ ...candidate, templateHash: entry.hash });
      }
    }
    return pinned;
  }

  async #unknownTemplate(): Promise<FieldProblem> {
    const names = await this.#catalogue.names();
    const known =
      names.length === 0
        ? 'a template; none is known yet: start an api or a worker'
        : `one of ${names.join(', ')}`;
    return { field: 'template', expected: known };
  }
}

function idOf(input: unknown): { id?: string } {
  const id = (input as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? { id } : {};
}

/** An id was chosen, and how far it came is not known: with the id the caller can ask again. */
function failed(id: string, error: unknown): AcceptResult {
  const fault = redisFaultOf(error);
  return fault === undefined
    ? { status: 'error', id, error }
    : { status: 'unavailable', id, fault };
}
