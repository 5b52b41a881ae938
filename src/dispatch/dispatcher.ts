import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config.js';
import type { CallResult, SendGuard } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { Accepted } from '../genesys/resources/sends.js';
import type { Addressee } from '../history/lookup.js';
import { renderValues } from '../history/lookup.js';
import { type LegAnswer, recordAnswer } from '../notification/answer.js';
import {
  SEND_WITHIN_MS,
  type StartedLeg,
  type StartLegResult,
  skipChannel,
  startLeg,
} from '../notification/attempt.js';
import { hasOwnCheck } from '../notification/awaitedDelivery.js';
import { factsOf, type RenderedMessage, unreachable } from '../notification/channelFacts.js';
import type { CountedReason } from '../notification/countedReason.js';
import { DELAYS } from '../notification/delays.js';
import type { Unwelcome } from '../notification/intentConsent.js';
import type { Halted } from '../notification/ledgerScripts.js';
import { type NotificationRecord, triedChannels } from '../notification/record.js';
import type { NotificationRequest } from '../notification/request.js';
import type { SentContent } from '../notification/sentContent.js';
import type { Channel } from '../notification/state.js';
import type { Policy } from '../policy/policy.js';
import type { PolicyFacts, Verdict } from '../policy/rule.js';
import type { IntentDurability } from '../redis/intentDurability.js';
import { isRedisFault } from '../redis/redisFault.js';
import type { Consent } from '../suppression/consent.js';
import type { SuppressedAddress } from '../suppression/consentIdentity.js';
import type { UnsubscribeLinks } from '../suppression/unsubscribeLink.js';
import type { CompiledTemplate } from '../templates/compile.js';
import type { TemplateContext } from '../templates/contextVariables.js';
import { sendOver } from './channels/drivers.js';
import type { Attempt, AttemptOutcome } from './jobAttempt.js';
import { classifyResponse, INTENT_NOT_DURABLE, type SendOutcome } from './sendOutcome.js';

/** All that is known when it comes to sending. */
export interface SendPlan {
  request: NotificationRequest;
  template: CompiledTemplate;
  /** In the order they are to be tried. */
  channels: readonly Channel[];
  context: TemplateContext;
  to: Addressee;
  /** Every address by which they are known: an opt-out on any of them counts. */
  addresses: readonly SuppressedAddress[];
  /** What was read for the policy before the look-ups. */
  facts: PolicyFacts;
}

export interface DispatcherParts {
  client: GenesysClient;
  config: Config;
  policy: Policy;
  consent: Consent;
  /** Whether an intent is safe enough for its message to leave; see src/redis/intentDurability.ts. */
  durability: Pick<IntentDurability, 'confirm'>;
  /** Whether Redis may just have lost what other workers know of; see src/worker/progressWatch.ts. */
  progress: { readonly isSettling: boolean };
  /** By which a message is known again at the platform, should its answer be lost. */
  content: SentContent;
  activeConversation: 'defer' | 'next-channel';
  deliveryCheckAfterMs: number;
  /** Absent where PUBLIC_URL is not set: messages then have no link to unsubscribe. */
  unsubscribeLinks?: UnsubscribeLinks;
  /** Whether news of many messages is asked for together: then also of those without a check of their own. */
  asksTogether: boolean;
  /** Sees to it that a later job looks whether a sent message arrived. */
  scheduleDeliveryCheck: (record: NotificationRecord) => Promise<void>;
}

type Start = StartLegResult | Halted | Unwelcome;

type LegEnd =
  /** `skipped`: the policy's reason not to use this one. */
  | { kind: 'next_channel'; skipped?: CountedReason }
  | { kind: 'again' }
  | { kind: 'over'; outcome: AttemptOutcome };

/**
 * Sends channel by channel, in order. The next one is tried only after the one before surely did not
 * reach the customer.
 *
 * The order of one send is what keeps a customer from being messaged twice. The client takes a permit
 * and a token first, since both may take long. Then the guard asks policy and ledger once more and
 * writes the intent, which is good for two seconds. Redis has to confirm within them that the intent is safe
 * (INTENT_DURABILITY). Then the request leaves, or not at all.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  async run(attempt: Attempt, plan: SendPlan): Promise<AttemptOutcome> {
    const spent = triedChannels(attempt.record.legs, attempt.record.generation);
    let skipped: CountedReason | undefined;
    for (const channel of plan.channels.filter((candidate) => !spent.has(candidate))) {
      const end = await this.#tryChannel(attempt, plan, channel);
      if (end.kind === 'over') return end.outcome;
      if (end.kind === 'next_channel') skipped ??= end.skipped;
    }
    return skipped === undefined ? this.#nothingLeft(attempt) : attempt.skipped(skipped);
  }

  async #tryChannel(attempt: Attempt, plan: SendPlan, channel: Channel): Promise<LegEnd> {
    const because = unreachable(channel, this.#parts.config, plan.to);
    if (because !== undefined)
      return this.#skipChannel(attempt, channel, 'not_addressable', because);
    const { request, template, context } = plan;
    const rendered = template.render(
      channel,
      renderValues(request, context, this.#unsubscribeUrl(plan, channel)),
    );
    if (!rendered.ok) {
      return this.#skipChannel(attempt, channel, 'refused', `render_${rendered.reason}`);
    }
    const first = await this.#sendLeg(attempt, plan, rendered.message, false);
    if (first.kind !== 'again') return first;
    return this.#sendLeg(attempt, plan, rendered.message, true);
  }

  /** Made only for a template that prints it: it costs a few hashes. */
  #unsubscribeUrl({ template, to }: SendPlan, channel: Channel): string | undefined {
    if (!template.contextVariables(channel).includes('unsubscribeUrl')) return undefined;
    return this.#parts.unsubscribeLinks?.linkFor(to, channel, template.name);
  }

  async #sendLeg(
    attempt: Attempt,
    { request, to, addresses, facts }: SendPlan,
    message: RenderedMessage,
    loggedInAgain: boolean,
  ): Promise<LegEnd> {
    const { channel } = message;
    const hashes = this.#parts.content.hashesOf(message, to[factsOf(channel).address] ?? '');
    let start: Start | undefined;
    let verdictOfPolicy: Verdict = { kind: 'allow' };
    const guard: SendGuard = {
      beforeWrite: async () => {
        await attempt.emit('before_intent');
        if (this.#parts.progress.isSettling) return { go: false, reason: INTENT_NOT_DURABLE };
        const now = await attempt.ledger.clock.current();
        verdictOfPolicy = this.#parts.policy(request, [channel], now, facts);
        if (verdictOfPolicy.kind !== 'allow') return { go: false, reason: verdictOfPolicy.reason };
        const subject = { addresses, lane: attempt.record.lane, id: attempt.id };
        const { consent, places } = this.#parts.consent.intent(subject, channel, now);
        const { fencingToken } = attempt;
        const intent = { fencingToken, channel, sendWithinMs: SEND_WITHIN_MS, places, hashes };
        const window = openSendWindow(SEND_WITHIN_MS);
        start = await attempt.ledger.writeIntent(
          attempt.id,
          (record) => startLeg(record, intent, now),
          consent,
        );
        if (start?.kind !== 'started') return { go: false, reason: start?.kind ?? 'gone' };
        const written = attempt.ledger.lastWritten(attempt.id);
        await attempt.emit('intent_written');
        // The window is open meanwhile: what others conclude from `sendBy` holds however long this takes.
        const isSafe = written !== undefined && (await this.#parts.durability.confirm(written));
        if (!isSafe) return { go: false, reason: INTENT_NOT_DURABLE };
        return { go: true, sendBy: window.closesAt() };
      },
    };
    const options = attempt.callOptions();
    const result = await sendOver(channel, this.#parts, message, to, guard, options);
    await attempt.emit('answer_received');

    // Assigned inside the guard, which control flow analysis cannot see.
    const begun = start as Start | undefined;
    const policy = verdictOfPolicy as Verdict;
    if (policy.kind === 'skip') return { kind: 'next_channel', skipped: policy.reason };
    if (policy.kind === 'defer') return over(await attempt.heldBack(policy));
    if (begun?.kind === 'suppressed') return { kind: 'next_channel', skipped: 'suppressed' };
    if (begun?.kind === 'capped') return over(await attempt.skipped('frequency_cap'));
    if (begun?.kind === 'request_gone') return over(await attempt.end('failed', 'request_gone'));
    if (begun?.kind === 'sending_paused')
      return over(await attempt.defer('paused', attempt.now() + DELAYS.sendingPaused));
    if (begun?.kind === 'campaign_halted') return over(await attempt.halted(begun.halt));
    if (begun !== undefined && begun.kind !== 'started') return over(await attempt.fencedOff());
    if (result.ok) return over(await this.#sent(attempt, channel, begun, result));
    const verdict = classifyResponse(result.failure, channel);
    attempt.log.info({ channel, failure: result.failure, verdict: verdict.kind }, 'send answered');
    return this.#notSent(attempt, channel, begun, verdict, loggedInAgain);
  }

  async #sent(
    attempt: Attempt,
    channel: Channel,
    begun: StartedLeg | undefined,
    result: Extract<CallResult<Accepted>, { ok: true }>,
  ): Promise<AttemptOutcome> {
    const { messageId, conversationId } = result.data;
    const { correlationId } = result;
    // Before it is recorded: if Redis stays away until this process ends, the log still knows the id.
    attempt.log.info({ channel, messageId, conversationId, correlationId }, 'sent');
    const { deliveryCheckAfterMs, asksTogether } = this.#parts;
    const { confirmsDelivery, reports } = factsOf(channel);
    const isAskedFor =
      confirmsDelivery || (asksTogether && reports !== undefined && conversationId !== undefined);
    const checked = isAskedFor && deliveryCheckAfterMs > 0;
    const record = await this.#record(attempt, begun, {
      outcome: 'sent',
      messageId,
      conversationId,
      deliveryCheckAt: checked ? attempt.now() + deliveryCheckAfterMs : undefined,
    });
    if (record !== undefined && hasOwnCheck(record))
      await this.#parts.scheduleDeliveryCheck(record);
    if (record === undefined) attempt.log.error({ messageId }, 'ledger record missing');
    return { kind: 'done', state: record?.state ?? 'gone' };
  }

  /** By verdict: what the ledger keeps of the leg, and how the attempt goes on. */
  async #notSent(
    attempt: Attempt,
    channel: Channel,
    begun: StartedLeg | undefined,
    verdict: SendOutcome,
    loggedInAgain: boolean,
  ): Promise<LegEnd> {
    switch (verdict.kind) {
      case 'rate_limited':
        await this.#record(attempt, begun, { outcome: 'not_sent', reason: 'rate_limited' });
        return over(await attempt.gateClosed(verdict.retryAfterMs));
      case 'try_later':
        await this.#record(attempt, begun, { outcome: 'not_sent', reason: verdict.reason });
        return over(await attempt.tryLater(verdict));
      case 'log_in_again': {
        await this.#record(attempt, begun, { outcome: 'not_sent', reason: 'http_401' });
        if (loggedInAgain) {
          return over(await attempt.hold({ kind: 'credentials', detail: 'http_401' }));
        }
        const login = await this.#parts.client.checkCredentials();
        if (login.ok) return { kind: 'again' };
        return this.#notSent(
          attempt,
          channel,
          undefined,
          classifyResponse(login.failure, channel),
          true,
        );
      }
      case 'hold':
        await this.#record(attempt, begun, { outcome: 'not_sent', reason: verdict.cause.kind });
        return over(await attempt.hold(verdict.cause));
      case 'active_conversation':
        return this.#activeConversation(attempt, begun);
      case 'refused': {
        const { reason, detail } = verdict;
        await this.#record(attempt, begun, {
          outcome: 'refused',
          reason,
          detail,
        });
        return { kind: 'next_channel' };
      }
      case 'no_slot':
        await this.#record(attempt, begun, { outcome: 'not_sent', reason: 'no_slot' });
        return over(await attempt.defer('no_slot', attempt.now() + verdict.retryAfterMs));
      case 'past_deadline':
        await this.#record(attempt, begun, { outcome: 'not_sent', reason: 'past_deadline' });
        return over(await attempt.end('expired', 'deadline'));
      case 'stopping':
        await this.#record(attempt, begun, { outcome: 'not_sent', reason: 'shutdown' });
        return over(await attempt.stopped());
      case 'unknown':
        await this.#record(attempt, begun, { outcome: 'unknown', reason: verdict.reason });
        return over({ kind: 'done', state: 'unknown' });
      default: {
        const never: never = verdict;
        throw new Error(`unhandled verdict ${String(never)}`);
      }
    }
  }

  async #activeConversation(attempt: Attempt, begun: StartedLeg | undefined): Promise<LegEnd> {
    const reason = 'active_conversation';
    if (this.#parts.activeConversation === 'next-channel') {
      await this.#record(attempt, begun, { outcome: 'refused', reason });
      return { kind: 'next_channel' };
    }
    await this.#record(attempt, begun, { outcome: 'not_sent', reason });
    return over(await attempt.defer(reason, attempt.now() + DELAYS.activeConversation));
  }

  /**
   * Writes a leg's answer; a leg that never started has none. Only this process knows what the
   * platform answered. So when Redis refuses writes for a while, as during a failover, it waits and
   * writes again.
   */
  async #record(
    attempt: Attempt,
    begun: StartedLeg | undefined,
    answer: LegAnswer,
  ): Promise<NotificationRecord | undefined> {
    if (begun === undefined) return undefined;
    const { leg, places } = begun;
    const now = attempt.now();
    const result = await despiteRedisErrors(() =>
      attempt.ledger.change(attempt.id, (record) =>
        recordAnswer(record, { leg, answer, places }, now),
      ),
    );
    await attempt.emit('answer_recorded');
    if (result?.kind === 'recorded') attempt.record = result.record;
    return result?.kind === 'recorded' ? result.record : attempt.ledger.read(attempt.id);
  }

  async #skipChannel(
    attempt: Attempt,
    channel: Channel,
    outcome: 'not_addressable' | 'refused',
    reason: string,
  ): Promise<LegEnd> {
    const now = attempt.now();
    const pass = { fencingToken: attempt.fencingToken, channel, outcome, reason };
    const written = await attempt.ledger.change(attempt.id, (record) =>
      skipChannel(record, pass, now),
    );
    if (written?.kind !== 'written') return over(await attempt.fencedOff());
    attempt.record = written.record;
    return { kind: 'next_channel' };
  }

  async #nothingLeft(attempt: Attempt): Promise<AttemptOutcome> {
    const { legs, generation } = attempt.record;
    const outcomes = new Set(
      legs.filter((leg) => leg.generation === generation).map((leg) => leg.outcome),
    );
    if (outcomes.has('refused')) return attempt.end('failed', 'every_channel_refused');
    if (outcomes.has('undelivered')) return attempt.end('undelivered', 'no_other_channel');
    return attempt.end('failed', 'no_channel');
  }
}

/** Repeats work that Redis refuses for now, for as long as this process lives. */
async function despiteRedisErrors<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isRedisFault(error)) throw error;
      await pause(DELAYS.answerNotRecorded);
    }
  }
}

/**
 * The time in which a request may leave, by the machine's clock (epoch ms). It is counted by the
 * monotonic clock too, so that a clock that is set back does not make it longer.
 */
function openSendWindow(ms: number): { closesAt(): number } {
  const openedAt = performance.now();
  const latest = Date.now() + ms;
  return { closesAt: () => Math.min(latest, Date.now() + ms - (performance.now() - openedAt)) };
}

function over(outcome: AttemptOutcome): LegEnd {
  return { kind: 'over', outcome };
}
