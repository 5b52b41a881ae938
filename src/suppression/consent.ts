import type { FrequencyCap, FrequencyCaps } from '../notification/frequencyCaps.js';
import type { IntentConsent } from '../notification/intentConsent.js';
import { packId } from '../notification/packedId.js';
import type { CapPlaces } from '../notification/record.js';
import type { Channel, Lane } from '../notification/state.js';
import { type ConsentKeys, consentKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { ConsentDigests, SuppressedAddress } from './consentIdentity.js';
import { channelBit } from './packedSuppression.js';
import type { Suppression } from './suppression.js';
import type { SuppressionList } from './suppressionList.js';
import { placeOf } from './suppressionStore.js';

/** Whom a message is for: every address by which they are known (`consentAddresses`). */
export interface ConsentSubject {
  addresses: readonly SuppressedAddress[];
  lane: Lane;
  /** Of the notification, whose own places do not count against it; absent before there is one. */
  id?: string;
}

/** What stands in Redis about whether a recipient may be written to. */
export interface ConsentFacts {
  suppressions: readonly Suppression[];
  /** Places of the cap that other notifications have, at the address that has most. */
  placesTaken: number;
}

interface ConsentParts {
  redis: RedisClient;
  prefix: string;
  digests: ConsentDigests;
  list: Pick<SuppressionList, 'findAll' | 'summary'>;
  caps: FrequencyCaps;
  /** Epoch ms, by the clock of Redis. */
  now: () => number;
}

/** What suppression list and frequency cap say of a recipient: for the rules, and for an intent. */
export class Consent {
  readonly #parts: ConsentParts;
  readonly #keys: ConsentKeys;

  constructor(parts: ConsentParts) {
    this.#parts = parts;
    this.#keys = consentKeys(parts.prefix);
  }

  /** In one round trip. @throws what Redis throws: a fact that cannot be read is not one that is not there */
  async facts(subject: ConsentSubject): Promise<ConsentFacts> {
    const [found, placesTaken] = await Promise.all([
      this.#parts.list.findAll(subject.addresses),
      this.#placesTaken(subject),
    ]);
    return { suppressions: found.filter((each) => each !== undefined), placesTaken };
  }

  /**
   * Of many in one round trip, in their order, for a dry run. Without entries and caps, which is common, it
   * reads nothing of each.
   */
  async factsOfAll(subjects: readonly ConsentSubject[]): Promise<ConsentFacts[]> {
    const { total } = await this.#parts.list.summary();
    const isCapped = subjects.some(({ lane }) => this.#parts.caps[lane] !== undefined);
    if (total === 0 && !isCapped) {
      return subjects.map(() => ({ suppressions: [], placesTaken: 0 }));
    }
    return Promise.all(subjects.map((subject) => this.facts(subject)));
  }

  /** What the script that writes an intent shall look at, and the places that it takes. */
  intent(
    { addresses, lane }: ConsentSubject,
    channel: Channel,
    now: number,
  ): { consent: IntentConsent; places?: CapPlaces } {
    const digests = addresses.map((address) => this.#parts.digests.of(address));
    const entries = digests.flat().map((digest) => placeOf(digest, this.#keys));
    const looked = { entries, channelBit: channelBit(channel), now };
    const cap = this.#parts.caps[lane];
    if (cap === undefined) return { consent: looked };
    const keys = digests.map((all) => all.map((digest) => this.#places(lane, digest)));
    const newest = digests.flatMap(([first]) => (first === undefined ? [] : [first]));
    return {
      consent: { ...looked, cap: { ...cap, keys } },
      places: {
        digests: newest.map((digest) => digest.toString('hex')),
        takenAt: now,
        until: now + cap.spanMs,
      },
    };
  }

  async #placesTaken({ addresses, lane, id }: ConsentSubject): Promise<number> {
    const cap = this.#parts.caps[lane];
    if (cap === undefined) return 0;
    const own = id === undefined ? undefined : packId(id);
    const counts = await Promise.all(
      addresses.map((address) => this.#takenAt(address, lane, cap, own)),
    );
    return Math.max(0, ...counts);
  }

  async #takenAt(
    address: SuppressedAddress,
    lane: Lane,
    cap: FrequencyCap,
    own: Buffer | undefined,
  ): Promise<number> {
    const since = `(${this.#parts.now() - cap.spanMs}`;
    const taken = await Promise.all(
      this.#parts.digests
        .of(address)
        .map((digest) =>
          this.#parts.redis.zrangebyscoreBuffer(this.#places(lane, digest), since, '+inf'),
        ),
    );
    return taken.flat().filter((member) => own === undefined || !member.equals(own)).length;
  }

  #places(lane: Lane, digest: Buffer): string {
    return this.#keys.places(lane, digest.toString('hex'));
  }
}
