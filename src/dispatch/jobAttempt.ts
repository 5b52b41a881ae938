import type { Logger } from 'pino';
import type { AccessDenied } from '../genesys/accessDenied.js';
import type { CallOptions } from '../genesys/call.js';
import type { LookupError, TryLater } from '../history/lookupError.js';
import {
  type AttemptWrite,
  finish,
  type ReleaseOptions,
  release,
} from '../notification/attempt.js';
import { type CampaignStop, haltOf } from '../notification/campaignStop.js';
import type { CountedReason } from '../notification/countedReason.js';
import { backoffMs, DELAYS } from '../notification/delays.js';
import type { Ledger } from '../notification/ledger.js';
import type { NotificationRecord } from '../notification/record.js';
import { CAMPAIGN_PAUSED, cancelWithCampaign } from '../notification/settlement.js';
import type { State } from '../notification/state.js';
import type { Verdict } from '../policy/rule.js';
import { activeSpan, addEvent, inSpan } from '../tracing/tracing.js';

/**
 * How an attempt ended, for the queue to act upon. The ledger has been written by then; the queue
 * only decides when, if ever, the job runs again.
 */
export type AttemptOutcome =
  /** Nothing is left to do (`unknown` included: that waits for a person, not for a worker). */
  | { kind: 'done'; state: State | 'gone' }
  | { kind: 'failed'; reason: string }
  /** Uses an attempt. */
  | { kind: 'retry'; reason: string; retryAfterMs?: number }
  /** Uses no attempt; `until` is epoch milliseconds. */
  | { kind: 'park'; reason: string; until: number }
  | { kind: 'gate_closed'; forMs: number }
  | { kind: 'hold'; cause: AccessDenied };

/**
 * The moments of an attempt between which a process can die. Observers are awaited: tests freeze and
 * kill a worker exactly here. Only that shows that each crash window is closed.
 */
export type AttemptEvent =
  | 'claimed'
  | 'context_ready'
  | 'before_intent'
  | 'intent_written'
  | 'answer_received'
  | 'answer_recorded';

export type AttemptObserver = (step: AttemptEvent, notificationId: string) => Promise<void> | void;

/** The parts of an attempt whose duration is worth watching. */
export type Phase = 'identity' | 'history' | 'context' | 'dispatch' | 'delivery_check';

/** Called with each phase that has ended, however it ended. */
type PhaseObserver = (phase: Phase, durationMs: number) => void;

/** What every part of an attempt needs of the world around it. */
export interface AttemptTools {
  ledger: Ledger;
  maxAttempts: number;
  observe: AttemptObserver;
  observePhase: PhaseObserver;
}

/**
 * One attempt that has claimed its notification. It can end in several ways. Each writes the ledger
 * first, then says what the queue has to do with the job.
 */
export class Attempt {
  /** As last read or written by this attempt. */
  record: NotificationRecord;
  readonly fencingToken: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly #tools: AttemptTools;

  constructor(record: NotificationRecord, signal: AbortSignal, log: Logger, tools: AttemptTools) {
    this.record = record;
    this.fencingToken = record.fencingToken;
    this.signal = signal;
    this.log = log;
    this.#tools = tools;
  }

  get id(): string {
    return this.record.id;
  }

  /** By the clock of Redis, as all times in the ledger. */
  now(): number {
    return this.ledger.clock.now();
  }

  get ledger(): Ledger {
    return this.#tools.ledger;
  }

  /** Whether a failure now would be the last one. */
  get isLast(): boolean {
    return this.record.attempts + 1 >= this.#tools.maxAttempts;
  }

  /** The deadline is that of sending: what was sent may be asked about later. */
  callOptions(): CallOptions {
    return {
      lane: this.record.lane,
      signal: this.signal,
      deadline: this.record.state === 'sent' ? undefined : this.record.deadline,
      spentFor: [this.record.campaignId],
      correlation: { notificationId: this.id, attempt: this.record.attempts + 1 },
      span: activeSpan(),
    };
  }

  /** Whether no one has settled or claimed the notification since. */
  async stillHolds(): Promise<boolean> {
    const record = await this.ledger.read(this.id);
    return record?.state === 'processing' && record.fencingToken === this.fencingToken;
  }

  async emit(step: AttemptEvent): Promise<void> {
    addEvent(`notifier.${step}`);
    await this.#tools.observe(step, this.id);
  }

  /** Does the work of a phase and notes how long it took, whatever came of it. */
  async timed<T>(phase: Phase, work: () => T | Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await inSpan(phase, {}, async () => work());
    } finally {
      this.#tools.observePhase(phase, performance.now() - startedAt);
    }
  }

  /** Ends the notification here. */
  async end(
    state: 'skipped' | 'failed' | 'undelivered' | 'expired',
    reason: string,
    detail?: string,
  ): Promise<AttemptOutcome> {
    const { fencingToken } = this;
    const now = this.now();
    const to = { fencingToken, state, reason, detail };
    const written = await this.ledger.change(this.id, (record) => finish(record, to, now));
    if (written?.kind !== 'written') return this.fencedOff();
    return state === 'failed' ? { kind: 'failed', reason } : { kind: 'done', state };
  }

  /** What could not be done now may be done later: see `TryLater` for what it costs. */
  async tryLater({ reason, retryAfterMs, usesAttempt }: TryLater): Promise<AttemptOutcome> {
    if (usesAttempt) return this.retryLater(reason, retryAfterMs);
    const waits = this.record.timeline.findLast(({ state }) => state === 'queued');
    const before = waits?.reason === reason ? (waits.count ?? 1) : 0;
    return this.defer(reason, this.now() + backoffMs(before + 1, retryAfterMs));
  }

  /** A failure worth repeating: uses an attempt, and ends the notification when it was the last. */
  async retryLater(reason: string, retryAfterMs?: number): Promise<AttemptOutcome> {
    const written = await this.#release({ reason, usesAttempt: true });
    if (written?.kind !== 'written') return this.fencedOff();
    if (written.record.state === 'failed') return { kind: 'failed', reason: 'attempts_exhausted' };
    return { kind: 'retry', reason, retryAfterMs };
  }

  /** Not now, and no fault of the job: uses no attempt. */
  async defer(reason: string, until: number): Promise<AttemptOutcome> {
    const written = await this.#release({ reason, usesAttempt: false });
    if (written?.kind !== 'written') return this.fencedOff();
    return { kind: 'park', reason, until };
  }

  /** The policy does not let it go out now, or at all. */
  async heldBack(verdict: Exclude<Verdict, { kind: 'allow' }>): Promise<AttemptOutcome> {
    const { reason } = verdict;
    return verdict.kind === 'skip' ? this.skipped(reason) : this.defer(reason, verdict.until);
  }

  /** Nothing more goes out. Where a message did and has not arrived, it says so: it was not skipped. */
  async skipped(reason: CountedReason): Promise<AttemptOutcome> {
    const { legs, generation } = this.record;
    const left = legs.some((leg) => leg.generation === generation && leg.outcome === 'undelivered');
    return this.end(left ? 'undelivered' : 'skipped', reason);
  }

  /** It was asked to come to an end: this process stops, or the campaign is halted. */
  async stopped(): Promise<AttemptOutcome> {
    const halt = haltOf(this.signal);
    return halt === undefined ? this.defer('shutdown', this.now()) : this.halted(halt);
  }

  /** Its campaign was paused or cancelled, and nothing has left yet. */
  async halted(halt: CampaignStop): Promise<AttemptOutcome> {
    const now = this.now();
    if (halt === 'paused') return this.defer(CAMPAIGN_PAUSED, now + DELAYS.campaignPausedFirst);
    const ended = await this.ledger.change(this.id, (record) => cancelWithCampaign(record, now));
    return { kind: 'done', state: ended?.state ?? 'gone' };
  }

  async gateClosed(forMs: number): Promise<AttemptOutcome> {
    const written = await this.#release({ reason: 'rate_limited', usesAttempt: false });
    if (written?.kind !== 'written') return this.fencedOff();
    return { kind: 'gate_closed', forMs };
  }

  async hold(cause: AccessDenied): Promise<AttemptOutcome> {
    const back = { reason: cause.kind, detail: cause.detail, usesAttempt: false };
    const written = await this.#release(back);
    if (written?.kind !== 'written') return this.fencedOff();
    return { kind: 'hold', cause };
  }

  /** What a failed read means here, but for a refusal, which the caller judges. */
  async afterLookupError(
    error: Exclude<LookupError, { kind: 'refused' }>,
  ): Promise<AttemptOutcome> {
    switch (error.kind) {
      case 'rate_limited':
        return this.gateClosed(error.retryAfterMs);
      case 'try_later':
        return this.tryLater(error);
      case 'hold':
        return this.hold(error.cause);
      case 'no_slot':
        return this.defer('no_slot', this.now() + error.retryAfterMs);
      case 'past_deadline':
        return this.end('expired', 'deadline');
      case 'stopping':
        return this.stopped();
      default: {
        const never: never = error;
        throw new Error(`unhandled lookup error ${String(never)}`);
      }
    }
  }

  /**
   * The notification went on without this attempt: cancelled, expired, or claimed by another after
   * this one lost its lock. The worker that has it now will end it; there is nothing to do but step aside.
   */
  async fencedOff(): Promise<AttemptOutcome> {
    const record = await this.ledger.read(this.id);
    this.log.info({ state: record?.state }, 'attempt lost its claim to another worker');
    return { kind: 'done', state: record?.state ?? 'gone' };
  }

  #release(
    back: Pick<ReleaseOptions, 'reason' | 'detail' | 'usesAttempt'>,
  ): Promise<AttemptWrite | undefined> {
    const now = this.now();
    const { maxAttempts } = this.#tools;
    return this.ledger.change(this.id, (record) =>
      release(record, { ...back, fencingToken: this.fencingToken, maxAttempts }, now),
    );
  }
}
