import type { Logger } from 'pino';
import { checkDelivery } from '../dispatch/deliveryCheck.js';
import { Dispatcher, type DispatcherParts } from '../dispatch/dispatcher.js';
import { Attempt, type AttemptOutcome, type AttemptTools } from '../dispatch/jobAttempt.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { Findings } from '../history/lookup.js';
import { claim } from '../notification/attempt.js';
import type { CampaignStop } from '../notification/campaignStop.js';
import { DELAYS } from '../notification/delays.js';
import type { NotificationRecord } from '../notification/record.js';
import { CAMPAIGN_PAUSED, cancelWithCampaign, waitForResume } from '../notification/settlement.js';
import { type StoredRequest, UnreadableRequestError } from '../notification/storedRequest.js';
import { redactedError } from '../ops/logger.js';
import { activeSpan, inSpan } from '../tracing/tracing.js';
import { hasNextChannel } from './nextChannel.js';
import { Preparation, type PreparationParts } from './prepare.js';

/** Ends attempts whose campaign is halted. */
interface HaltWatcher {
  /** A signal that also follows `signal`, until `end` is called. */
  watch(campaignId: string, signal: AbortSignal): { signal: AbortSignal; end(): void };
}

export type PipelineParts = PreparationParts &
  DispatcherParts &
  AttemptTools & { client: GenesysClient; haltWatch: HaltWatcher; log: Logger };

/**
 * One job, from claim to outcome: history, context, dispatch; or, for a message that was sent, the
 * question whether it arrived. This is where platform and ledger meet.
 */
export class NotificationPipeline {
  readonly #parts: PipelineParts;
  readonly #preparation: Preparation;
  readonly #dispatcher: Dispatcher;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#preparation = new Preparation(parts);
    this.#dispatcher = new Dispatcher(parts);
  }

  /** Runs one attempt. `signal` asks it to come to an end soon: reads are cut short, a started send is not. */
  async process(
    job: { id: string; generation: number },
    signal: AbortSignal,
  ): Promise<AttemptOutcome> {
    const claimed = await inSpan('claim', {}, () => this.#claim(job));
    if (claimed === undefined) return { kind: 'done', state: 'gone' };
    switch (claimed.kind) {
      case 'ended':
        return { kind: 'done', state: claimed.state };
      case 'superseded':
        return { kind: 'done', state: 'gone' };
      case 'wait':
        return { kind: 'park', reason: 'in_other_hands', until: claimed.until };
      case 'campaign_halted':
        return this.#halted(job.id, claimed.halt);
      case 'sending_paused':
        throw new Error('a claim is no intent');
      case 'claimed':
        return claimed.work === 'dispatch'
          ? this.#watchedAttempt(claimed.record, signal)
          : this.#attempt(claimed.record, claimed.work, signal);
      default: {
        const never: never = claimed;
        throw new Error(`unhandled claim ${String(never)}`);
      }
    }
  }

  async #claim({ id, generation }: { id: string; generation: number }) {
    const { ledger } = this.#parts;
    const now = await ledger.clock.current();
    return ledger.changeUnlessHalted(id, (record) => claim(record, generation, now));
  }

  /** The job's campaign was halted before anything was done for it. */
  async #halted(id: string, halt: CampaignStop): Promise<AttemptOutcome> {
    const now = this.#parts.ledger.clock.now();
    const { ledger } = this.#parts;
    if (halt === 'cancelled') {
      const ended = await ledger.change(id, (record) => cancelWithCampaign(record, now));
      return { kind: 'done', state: ended?.state ?? 'gone' };
    }
    const waits = await ledger.change(id, (record) => waitForResume(record, now));
    if (waits === undefined) return { kind: 'done', state: 'gone' };
    return waits.kind === 'ended'
      ? { kind: 'done', state: waits.state }
      : { kind: 'park', reason: CAMPAIGN_PAUSED, until: waits.until };
  }

  async #watchedAttempt(record: NotificationRecord, signal: AbortSignal): Promise<AttemptOutcome> {
    const { campaignId, row } = record;
    if (campaignId === undefined || row === undefined) {
      return this.#attempt(record, 'dispatch', signal);
    }
    const watched = this.#parts.haltWatch.watch(campaignId, signal);
    try {
      return await this.#attempt(record, 'dispatch', watched.signal);
    } finally {
      watched.end();
    }
  }

  async #attempt(
    record: NotificationRecord,
    work: 'dispatch' | 'delivery_check',
    signal: AbortSignal,
  ): Promise<AttemptOutcome> {
    const log = this.#parts.log.child({
      notificationId: record.id,
      generation: record.generation,
      attempt: record.attempts + 1,
    });
    const attempt = new Attempt(record, signal, log, this.#parts);
    activeSpan()?.setAttributes({
      'notifier.attempt': record.attempts + 1,
      'notifier.campaign.id': record.campaignId,
    });
    try {
      await attempt.emit('claimed');
      const { ledger, checkpoints } = this.#parts;
      if (work === 'delivery_check') {
        return await this.#checkDelivery(attempt, await ledger.readRequest(record.id));
      }
      const [stored, checkpoint] = await Promise.all([
        ledger.readRequest(record.id),
        checkpoints.load(record.id),
      ]);
      return await this.#dispatch(attempt, stored, checkpoint);
    } catch (error) {
      if (error instanceof UnreadableRequestError) {
        log.error(error.message);
        return this.#withoutRequest(attempt, work);
      }
      // Error texts may quote what they stumbled over; only kind and place are logged.
      log.error({ error: redactedError(error) }, 'attempt failed');
      return this.#afterBug(attempt, work);
    }
  }

  async #dispatch(
    attempt: Attempt,
    stored: StoredRequest | undefined,
    checkpoint: Findings | undefined,
  ): Promise<AttemptOutcome> {
    const prepared = await this.#preparation.run(attempt, stored, checkpoint);
    if (!prepared.ready) return prepared.outcome;
    return attempt.timed('dispatch', () => this.#dispatcher.run(attempt, prepared.plan));
  }

  async #checkDelivery(
    attempt: Attempt,
    stored: StoredRequest | undefined,
  ): Promise<AttemptOutcome> {
    const mayFallBack = await hasNextChannel(attempt.record, stored, this.#parts);
    const check = await attempt.timed('delivery_check', () =>
      checkDelivery(this.#parts.client, attempt, mayFallBack),
    );
    if (check.kind === 'over') return check.outcome;
    return this.#dispatch(attempt, stored, await this.#parts.checkpoints.load(attempt.id));
  }

  /** Wrong for every notification of this secret: it must not use up their attempts. */
  async #withoutRequest(
    attempt: Attempt,
    work: 'dispatch' | 'delivery_check',
  ): Promise<AttemptOutcome> {
    const reason = 'request_unreadable';
    if (work === 'dispatch')
      return attempt.tryLater({ kind: 'try_later', reason, usesAttempt: false });
    return { kind: 'park', reason, until: attempt.now() + DELAYS.requestUnreadable };
  }

  /**
   * An unexpected error was thrown. Without an outstanding intent, the notification goes back to its
   * queue and an attempt is used. With one, it is not known here whether the message left: the
   * ledger stays as it is. Once the intent is too old, the next attempt writes `unknown`.
   */
  async #afterBug(attempt: Attempt, work: 'dispatch' | 'delivery_check'): Promise<AttemptOutcome> {
    const record = await this.#parts.ledger.read(attempt.id);
    if (record?.state === 'processing') return attempt.retryLater('internal_error');
    if (work === 'delivery_check') return { kind: 'retry', reason: 'internal_error' };
    return {
      kind: 'park',
      reason: 'in_other_hands',
      until: this.#parts.ledger.clock.now() + DELAYS.inOtherHands,
    };
  }
}
