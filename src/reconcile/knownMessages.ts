import { sameId } from '../genesys/platformId.js';
import { isEmail } from '../notification/channelFacts.js';
import type { Ledger } from '../notification/ledger.js';
import type { Leg } from '../notification/record.js';
import type { SearchIndex } from '../notification/searchIndex.js';
import type { Channel } from '../notification/state.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { SentMessage } from './sentMessages.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Which messages of the platform are known as those of notifications, by the search index of the ledger. */
export class KnownMessages {
  readonly #redis: RedisClient;
  readonly #ledger: Ledger;
  readonly #index: SearchIndex;

  constructor(redis: RedisClient, ledger: Ledger, index: SearchIndex) {
    this.#redis = redis;
    this.#ledger = ledger;
    this.#index = index;
  }

  /** Whether messages of that time are known at all: not where nothing is searched, or not for so long. */
  reachBackTo(since: number, now: number): boolean {
    return since > now - this.#index.retentionMs;
  }

  /**
   * Of these, those that no leg has: a leg of any notification, or an earlier one of the same. An agentless email has
   * a conversation of its own, so that is compared as well: whether the email there goes by the id that the answer to
   * its send named is not documented.
   */
  async without(
    messages: readonly SentMessage[],
    channel: Channel,
    { since, now }: { since: number; now: number },
  ): Promise<SentMessage[]> {
    const open = await Promise.all(
      messages.map(async (message) =>
        (await this.#isKnown(message, channel, since, now)) ? [] : [message],
      ),
    );
    return open.flat();
  }

  async #isKnown(
    message: SentMessage,
    channel: Channel,
    since: number,
    now: number,
  ): Promise<boolean> {
    const { messageId, conversationId } = message;
    const terms = [
      { by: 'message' as const, value: messageId },
      ...(isEmail(channel) ? [{ by: 'conversation' as const, value: conversationId }] : []),
    ];
    // The day before: the platform's clock may be behind at midnight.
    const ids = await this.#index.find(this.#redis, terms, now, since - DAY_MS);
    const records = await this.#ledger.readAll(ids);
    return records.some((record) => record?.legs.some((leg) => isOf(leg, message, channel)));
  }
}

function isOf(leg: Leg, { messageId, conversationId }: SentMessage, channel: Channel): boolean {
  if (leg.messageId !== undefined && sameId(leg.messageId, messageId)) return true;
  if (!isEmail(channel) || !isEmail(leg.channel)) return false;
  return leg.conversationId !== undefined && sameId(leg.conversationId, conversationId);
}
