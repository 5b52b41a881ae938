import type { Logger } from 'pino';
import type { EventFeed, EventsGone } from '../events/eventFeed.js';
import { redactedError, throttle } from '../ops/logger.js';
import { type Delivery, eventBody, shortAnswer, TEST_TYPE, testBody } from './delivery.js';
import { DeliveryWindow, type WindowEntry } from './deliveryWindow.js';
import { type EndpointProgress, newProgress, restarted, timeOf } from './endpointProgress.js';
import { FAILS_FOR_MS, FAILURES_FEWEST, retryAfterMs } from './retrySchedule.js';
import { type DisabledReason, originOf, type Webhook } from './webhook.js';
import { type PosterOptions, type PostResult, WebhookPoster } from './webhookPost.js';
import { signedHeaders } from './webhookSignature.js';
import type { WebhookStore } from './webhookStore.js';

export interface EndpointSenderParts {
  store: WebhookStore;
  feed: Pick<EventFeed, 'read' | 'find'>;
  /** The time by Redis (epoch ms). */
  now(): number;
  log: Logger;
  poster: PosterOptions;
  onDelivery(result: Delivery['result']): void;
  /** Takes note of an error if it is one of Redis'; whether it was. */
  noteRedis(error: unknown): boolean;
}

const READ_AT_ONCE = 100;
/** After the end of the feed was reached, it is looked at again after this time (ms). */
const READ_AGAIN_MS = 400;
const HTTP_GONE = 410;

/**
 * Delivers to one endpoint, at least once. The crash windows:
 *
 *   the process dies or freezes              | and then
 *   -----------------------------------------|----------------------------------------------------
 *   after the feed was read, before the      | the cursor that was noted is older: what follows it
 *   cursor is noted                          | is read again
 *   while a request is under way, or after   | the event is outstanding, or after the cursor: it is
 *   its answer, before that is noted         | sent once more, with the same webhook-id
 *   after the answer is noted                | it is not sent again
 *   frozen, and back when another process    | sends what is under way here once more, and may note
 *   has the lease                            | older progress: it is true as well, and leads to
 *                                            | repeats (endpointProgress.ts)
 *   Redis loses the last notes               | the same as in the second row
 *   the api that replays, between nothing    | the new start is one write; the sender that sees it
 *   and everything                           | first begins there, and notes so with its progress
 *
 * So an event is never skipped, but where the feed itself has forgotten it: that is noted (`missed`) and
 * shown. A repeat of a notification's earlier event can reach the endpoint after a later event; what comes
 * with a new id is in order.
 *
 * What waits, and in which order, is decided in deliveryWindow.ts; this reads the
 * feed, sends, and notes what came of it. One at a time reads and notes (`#pump`); up to 8 requests are
 * under way meanwhile.
 */
export class EndpointSender {
  readonly #parts: EndpointSenderParts;
  readonly #poster: WebhookPoster;
  readonly #id: string;
  readonly #logError: (error: unknown) => void;
  #webhook: Webhook;
  #window: DeliveryWindow | undefined;
  #n = -1;
  #isDirty = false;
  #attempts: Delivery[] = [];
  #readAgainAt = 0;
  #pumping: Promise<void> | undefined;
  #isCalledAgain = false;
  #isStopped = false;
  readonly #underWay = new Set<Promise<void>>();

  constructor(webhook: Webhook, parts: EndpointSenderParts) {
    this.#id = webhook.id;
    this.#webhook = webhook;
    this.#parts = parts;
    this.#poster = new WebhookPoster(parts.poster);
    this.#logError = throttle((error) => {
      const about = { webhook: this.#id, error: redactedError(error) };
      parts.log.error(about, 'delivering to a webhook failed; it is tried again');
    });
  }

  /** The endpoint as people have changed it. */
  set webhook(webhook: Webhook) {
    this.#webhook = webhook;
  }

  /** Does what is to be done now; calls at the same time share one round, and one more after it. */
  pump(): Promise<void> {
    if (this.#pumping !== undefined) {
      this.#isCalledAgain = true;
      return this.#pumping;
    }
    this.#pumping = this.#rounds().finally(() => {
      this.#pumping = undefined;
    });
    return this.#pumping;
  }

  /** Starts nothing more, breaks off what is under way, and notes what is known. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#poster.stop();
    await Promise.all(this.#underWay);
    await this.#pumping;
    await this.#save().catch((error: unknown) => this.#noted(error));
  }

  /** Sends one event of no one, also while it is paused or disabled. */
  test(eventId: string): void {
    const now = this.#parts.now();
    const body = testBody(eventId, now);
    this.#track(
      this.#post(eventId, body).then((answer) => {
        const result = isSuccess(answer) ? 'delivered' : 'given_up';
        this.#note({ eventId, type: TEST_TYPE, attempt: 1, result }, answer);
      }),
    );
  }

  async #rounds(): Promise<void> {
    do {
      this.#isCalledAgain = false;
      try {
        await this.#round();
      } catch (error) {
        this.#noted(error);
        return;
      }
    } while (this.#isCalledAgain && !this.#isStopped);
  }

  #noted(error: unknown): void {
    if (!this.#parts.noteRedis(error)) this.#logError(error);
  }

  /** What cannot be noted is not added to: as long as Redis refuses to keep it, nothing more is sent. */
  async #round(): Promise<void> {
    await this.#save();
    if (this.#isStopped || this.#webhook.status !== 'active') return;
    const window = await this.#current();
    await this.#read(window);
    for (;;) {
      const entry = this.#isStopped ? undefined : window.take(this.#parts.now());
      if (entry === undefined) return;
      this.#track(this.#deliver(window, entry));
    }
  }

  /** What is outstanding, from what was noted last; begun anew after a replay. */
  async #current(): Promise<DeliveryWindow> {
    const { store, now } = this.#parts;
    const { start, since } = this.#webhook;
    if (this.#window === undefined || this.#n !== start.n) {
      const saved = this.#window?.progress() ?? (await store.progress(this.#id));
      const isOfStart = saved?.n === start.n;
      const progress = isOfStart ? saved : saved ? restarted(saved, start) : newProgress(start);
      const window = new DeliveryWindow(progress);
      await this.#restore(window, progress);
      this.#window = window;
      this.#n = start.n;
      this.#isDirty = true;
      this.#readAgainAt = 0;
    }
    const { failingSince } = this.#window;
    if (failingSince !== undefined && failingSince < since) this.#window.startAfresh(now());
    return this.#window;
  }

  /** Reads what was outstanding once more. What the feed has forgotten meanwhile is missed. */
  async #restore(window: DeliveryWindow, { outstanding, cursor }: EndpointProgress): Promise<void> {
    for (const each of outstanding) {
      const event = await this.#parts.feed.find(each.id);
      if (event !== undefined) window.restore(event, each);
      else window.miss(timeOf(each.id), timeOf(each.id), cursor);
    }
  }

  async #read(window: DeliveryWindow): Promise<void> {
    const { feed, now } = this.#parts;
    while (window.wantsMore && !this.#isStopped && performance.now() >= this.#readAgainAt) {
      const limit = Math.min(window.room, READ_AT_ONCE);
      const { types } = this.#webhook;
      const after = window.cursor;
      const page = await feed.read({ after, types, limit, withMetadata: true });
      if (page.kind === 'gone') {
        this.#fellBehind(window, page);
        // Not at once: an answer that repeats itself must not be asked for without an end.
        this.#readAgainAt = performance.now() + READ_AGAIN_MS;
        return;
      }
      if (page.next !== after) {
        window.read(page.events, page.next, now());
        this.#isDirty = true;
      }
      if (!page.more) this.#readAgainAt = performance.now() + READ_AGAIN_MS;
    }
  }

  /** A cursor that is ahead is of a Redis that went back: what comes is read from its newest event on. */
  #fellBehind(window: DeliveryWindow, { because, resumeFrom, since }: EventsGone): void {
    const { log, now } = this.#parts;
    this.#isDirty = true;
    if (because === 'ahead') {
      window.moveTo(resumeFrom);
      return;
    }
    const until = since ?? now();
    const from = Math.min(timeOf(window.cursor), until);
    window.miss(from, until, resumeFrom);
    log.error(
      { webhook: this.#id, from: iso(from), until: iso(until) },
      'a webhook was so far behind that the feed has forgotten events which it did not get; read the notifications of that time by other means, or raise EVENTS_RETENTION and EVENTS_MAX',
    );
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#noted(error))
      .finally(() => {
        this.#underWay.delete(tracked);
        if (!this.#isStopped) void this.pump();
      });
    this.#underWay.add(tracked);
  }

  async #deliver(window: DeliveryWindow, entry: WindowEntry): Promise<void> {
    const { event, id: eventId, attempts: attempt } = entry;
    const answer = await this.#post(eventId, eventBody(event));
    const now = this.#parts.now();
    if (answer.kind === 'failed' && answer.error === 'stopped') return window.brokenOff(entry);
    const about = {
      eventId,
      type: event.type,
      notificationId: event.notification?.id,
      campaignId: event.campaign?.id ?? event.notification?.campaignId,
      attempt,
    };
    this.#isDirty = true;
    if (isSuccess(answer)) {
      window.succeeded(entry, now);
      return this.#note({ ...about, result: 'delivered' }, answer);
    }
    const wasUp = !window.isDown;
    const asked = answer.kind === 'answered' ? retryAfterMs(answer.retryAfter, now) : undefined;
    const next = window.failed(entry, now, asked);
    const isGivenUp = next === 'given_up';
    this.#note(
      { ...about, result: isGivenUp ? 'given_up' : 'retry', nextAt: isGivenUp ? undefined : next },
      answer,
    );
    if (isGivenUp)
      this.#warn(
        answer,
        { eventId },
        'an event is given up after 24 h: the webhook takes others and not this one',
      );
    else if (wasUp && window.isDown)
      this.#warn(answer, {}, 'a webhook takes nothing; it is tried again, less often');
    await this.#disableIfDue(window, answer, now);
  }

  #warn(answer: PostResult, more: { eventId?: string }, message: string): void {
    const { url } = this.#webhook;
    const about = { webhook: this.#id, origin: originOf(url), ...outcomeOf(answer), ...more };
    this.#parts.log.warn(about, message);
  }

  async #disableIfDue(window: DeliveryWindow, answer: PostResult, now: number): Promise<void> {
    const { failures, failingSince = now } = window;
    const isGone = answer.kind === 'answered' && answer.status === HTTP_GONE;
    const isFailing = now - failingSince >= FAILS_FOR_MS && failures >= FAILURES_FEWEST;
    if (!isGone && !isFailing) return;
    const reason: DisabledReason = isGone ? 'gone' : 'failing';
    const { start } = this.#webhook;
    const changed = await this.#parts.store.change(this.#id, (webhook) =>
      // A person who has just resumed or replayed it wants it tried again first.
      webhook.status === 'active' && webhook.start.n === start.n && webhook.since <= failingSince
        ? { ...webhook, status: 'disabled', reason, since: now }
        : webhook,
    );
    if (changed?.status !== 'disabled') return;
    this.#webhook = changed;
    this.#warn(
      answer,
      {},
      `a webhook was disabled (${reason}): look at its deliveries, then resume it`,
    );
  }

  #post(eventId: string, body: string): Promise<PostResult> {
    const { url, secrets } = this.#webhook;
    const headers = signedHeaders(secrets, { id: eventId, body }, this.#parts.now());
    return this.#poster.post(url, headers, body);
  }

  #note(about: Omit<Delivery, 'at' | 'durationMs'>, answer: PostResult): void {
    const { store, now, onDelivery } = this.#parts;
    const text = answer.kind === 'answered' && !isSuccess(answer) ? shortAnswer(answer.text) : '';
    this.#attempts.push({
      at: now(),
      ...about,
      ...outcomeOf(answer),
      durationMs: answer.durationMs,
      answer: text === '' ? undefined : store.sealAnswer(this.#id, text),
    });
    onDelivery(about.result);
  }

  async #save(): Promise<void> {
    if (!this.#isDirty && this.#attempts.length === 0) return;
    const attempts = this.#attempts;
    const wasDirty = this.#isDirty;
    this.#attempts = [];
    this.#isDirty = false;
    try {
      const progress = wasDirty ? this.#window?.progress() : undefined;
      const { store, now } = this.#parts;
      if (!(await store.save(this.#id, progress, attempts, now()))) this.#isStopped = true;
    } catch (error) {
      this.#attempts = [...attempts, ...this.#attempts];
      this.#isDirty ||= wasDirty;
      throw error;
    }
  }
}

function isSuccess(answer: PostResult): boolean {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}

function outcomeOf(answer: PostResult): Pick<Delivery, 'status' | 'error'> {
  return answer.kind === 'answered' ? { status: answer.status } : { error: answer.error };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
