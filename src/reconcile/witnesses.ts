import { statusQuery } from '../delivery/statusQuery.js';
import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { sameId } from '../genesys/platformId.js';
import type { ConversationSummary } from '../genesys/resources/conversations.js';
import { LONGEST_WINDOW_MS } from '../history/conversationQuery.js';
import { found, fromCall, type Read } from '../history/lookupError.js';
import type { Ledger } from '../notification/ledger.js';
import { type Outcome, readOutcomes, readOutcomesSince } from '../notification/outcomes.js';
import type { Leg } from '../notification/record.js';
import type { Channel } from '../notification/state.js';
import type { RedisClient } from '../redis/redisClient.js';

const EVENTS_READ = 500;
const ASKED_ABOUT = 5;
const CLOCKS_DIFFER_MS = 60_000;

/**
 * Messages that the platform has surely taken, as witnesses that its statistics show them at all. They lag behind, at times
 * for hours; and they leave out, without a word, what lies in a division that the OAuth client may not see. An
 * answer that lacks these too does not mean that a message is not there.
 */
export class Witnesses {
  readonly #redis: RedisClient;
  readonly #ledger: Ledger;
  readonly #client: Pick<GenesysClient, 'queryDeliveries'>;

  constructor(redis: RedisClient, ledger: Ledger, client: Pick<GenesysClient, 'queryDeliveries'>) {
    this.#redis = redis;
    this.#ledger = ledger;
    this.#client = client;
  }

  /**
   * Whether one of the first messages over this channel that were sent after then (epoch ms) is listed; where there is
   * none, one of the last before. Also true where there is none at all to go by.
   */
  async areListed(
    channel: Channel,
    since: number,
    now: number,
    options: CallOptions,
  ): Promise<Read<boolean>> {
    const { keys } = this.#ledger;
    const later = await readOutcomesSince(this.#redis, keys, since, EVENTS_READ);
    let legs = (await this.#legsOf(later, channel)).filter(({ intentAt }) => intentAt >= since);
    if (legs.length === 0) {
      const before = await readOutcomes(this.#redis, keys, { to: Math.floor(since) }, EVENTS_READ);
      legs = await this.#legsOf(before, channel);
    }
    const asked = legs
      .filter(({ intentAt }) => intentAt > now - LONGEST_WINDOW_MS + 2 * CLOCKS_DIFFER_MS)
      .slice(0, ASKED_ABOUT);
    if (asked.length === 0) return found(true);
    const answer = fromCall(await this.#client.queryDeliveries(statusQuery(asked, now), options));
    if (!answer.ok) return answer;
    return found(
      answer.value.conversations.some((summary) => asked.some((leg) => isListed(leg, summary))),
    );
  }

  /** Those that were sent, and whose conversation is known. */
  async #legsOf(outcomes: readonly Outcome[], channel: Channel): Promise<Leg[]> {
    const ids = outcomes
      .filter((outcome) => outcome.channel === channel && outcome.state === 'sent')
      .map(({ id }) => id);
    const records = await this.#ledger.readAll([...new Set(ids)].slice(0, ASKED_ABOUT * 4));
    return records.flatMap((record) =>
      (record?.legs ?? []).filter(
        (leg) =>
          leg.channel === channel &&
          leg.conversationId !== undefined &&
          leg.reason !== 'resolved_sent' &&
          (leg.outcome === 'sent' || leg.outcome === 'undelivered'),
      ),
    );
  }
}

/** A conversation that was over before the message is listed for what it held then. */
function isListed({ conversationId = '', intentAt }: Leg, summary: ConversationSummary): boolean {
  const isOver = Date.parse(summary.conversationEnd ?? '') < intentAt - CLOCKS_DIFFER_MS;
  return sameId(summary.conversationId, conversationId) && !isOver;
}
