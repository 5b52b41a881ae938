import type { Caller } from '../audit/auditCaller.js';
import type { AuditLog } from '../audit/auditLog.js';
import { channelsLike } from '../notification/channelFacts.js';
import type { Channel } from '../notification/state.js';
import type { ConsentDigests, SuppressedAddress } from './consentIdentity.js';
import { covers, type SuppressionSource } from './suppression.js';
import type { SuppressionList } from './suppressionList.js';

/** What the platform says of an address: an email bounced for good, there is no such number, its owner wants nothing. */
export type AddressFault = 'bounced' | 'no_such_address' | 'opted_out';

const SOURCES: Readonly<Record<AddressFault, SuppressionSource>> = {
  bounced: 'bounce',
  no_such_address: 'bounce',
  opted_out: 'stop',
};

export interface LearnedSuppressionParts {
  suppressions: Pick<SuppressionList, 'find' | 'add'>;
  digests: Pick<ConsentDigests, 'of'>;
  audit: Pick<AuditLog, 'act'>;
  /** Redis' time (epoch ms). */
  now: () => number;
}

const BY_PLATFORM: Caller = { name: 'worker', from: 'platform' };

/**
 * Entries that come about without a person, because the platform says why a message did not arrive, or a
 * customer has written STOP: for the channel at hand, and for good.
 *
 * Called before what was learned is recorded with the notification. A worker that dies in between learns it again, and
 * the same entry changes nothing; the other way round the entry would be lost.
 */
export class LearnedSuppressions {
  readonly #parts: LearnedSuppressionParts;

  constructor(parts: LearnedSuppressionParts) {
    this.#parts = parts;
  }

  /** Answers with what the timeline says of it. */
  async suppress(
    address: SuppressedAddress,
    channel: Channel,
    because: AddressFault,
  ): Promise<string> {
    const { suppressions, digests, audit, now } = this.#parts;
    const channels = channelsLike(channel);
    const said = `suppressed: ${because}`;
    if (covers(await suppressions.find(address), channels)) return said;
    const act = {
      what: 'suppression.learned',
      on: digests.of(address)[0]?.toString('base64url'),
      detail: `${channels.join(' ')}: ${because}`,
    } as const;
    const source = SOURCES[because];
    const entry = { channels, source, reason: because, author: 'worker', at: now() };
    const work = () => suppressions.add(address, entry);
    await audit.act(BY_PLATFORM, act, work, () => ({ outcome: 'done' }));
    return said;
  }
}
