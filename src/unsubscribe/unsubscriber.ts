import type { Caller } from '../audit/auditCaller.js';
import type { AuditLog } from '../audit/auditLog.js';
import { channelsLike, factsOf } from '../notification/channelFacts.js';
import { untilConnected, withTimeout } from '../queue/timeout.js';
import type { RedisClient } from '../redis/redisClient.js';
import { covers, type Suppression } from '../suppression/suppression.js';
import type { SuppressionList } from '../suppression/suppressionList.js';
import type { AddressDigest, UnsubscribeTarget } from '../suppression/unsubscribeLink.js';

/** What a person wants to stop: all messages, or those of the kind that the link came with. */
export type Scope = 'all' | 'only';

export interface UnsubscriberParts {
  redis: RedisClient;
  suppressions: Pick<SuppressionList, 'findDigests' | 'restore'>;
  audit: Pick<AuditLog, 'act'>;
  /** Redis' time (epoch ms). */
  now: () => Promise<number>;
}

/** Who has the link; neither name nor network address of a customer is kept. */
const BY_LINK: Caller = { name: 'unsubscribe', from: 'link' };

/**
 * Does what the page says. An entry by a link is for good: only a person removes it.
 *
 * "All" stands under every address of the recipient that the message knew, for all channels: a notification that
 * falls back from email to SMS must not reach by SMS who has just unsubscribed by email.
 */
export class Unsubscriber {
  readonly #parts: UnsubscriberParts;

  constructor(parts: UnsubscriberParts) {
    this.#parts = parts;
  }

  /** @throws RedisUnavailableError: then it may not be done, and the person must know. */
  async stop(target: UnsubscribeTarget, scope: Scope): Promise<void> {
    await withTimeout(untilConnected(this.#parts.redis).then(() => this.#stop(target, scope)));
  }

  async #stop(target: UnsubscribeTarget, scope: Scope): Promise<void> {
    const { suppressions, audit, now } = this.#parts;
    const addresses = addressesFor(target, scope);
    const channels = scope === 'all' ? 'all' : channelsLike(target.channel);
    const found = await suppressions.findDigests(addresses.map(({ digest }) => digest));
    // A link that is opened again and again must not fill the audit.
    const open = addresses.filter((_, at) => !covers(found[at], channels));
    if (open.length === 0) return;
    const entry: Suppression = {
      channels,
      source: 'unsubscribe',
      author: 'unsubscribe',
      at: await now(),
    };
    const act = {
      what: 'unsubscribe',
      on: open.map(({ digest }) => digest.toString('base64url')).join(' '),
      detail: channels === 'all' ? 'all channels' : channels.join(' '),
    } as const;
    const work = () =>
      suppressions.restore(open.map(({ digest }) => ({ digest, suppression: entry })));
    await audit.act(BY_LINK, act, work, () => ({ outcome: 'done' }));
  }
}

function addressesFor({ channel, addresses }: UnsubscribeTarget, scope: Scope): AddressDigest[] {
  const { address } = factsOf(channel);
  return addresses.filter(({ field }) => scope === 'all' || field === address);
}
