import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { type Campaign, rowId } from '../../../src/campaign/campaign.js';
import { ErasableRows } from '../../../src/campaign/erasedRows.js';
import { Release } from '../../../src/campaign/release.js';
import { RowStore } from '../../../src/campaign/rowStore.js';
import { CampaignStore } from '../../../src/campaign/store.js';
import { DeliveryIndex } from '../../../src/delivery/deliveryIndex.js';
import { Suspects } from '../../../src/delivery/suspects.js';
import { CheckpointStore } from '../../../src/notification/checkpoint.js';
import type { FrequencyCaps } from '../../../src/notification/frequencyCaps.js';
import { Keyring } from '../../../src/notification/keyring.js';
import { Ledger } from '../../../src/notification/ledger.js';
import {
  type Leg,
  type NotificationRecord,
  newRecord,
  triedChannels,
} from '../../../src/notification/record.js';
import { SearchIndex } from '../../../src/notification/searchIndex.js';
import { Person } from '../../../src/privacy/person.js';
import { PersonRequests } from '../../../src/privacy/personRequests.js';
import { closeQueues, openQueues } from '../../../src/queue/jobs.js';
import { Consent } from '../../../src/suppression/consent.js';
import { ConsentDigests } from '../../../src/suppression/consentIdentity.js';
import { LearnedSuppressions } from '../../../src/suppression/learnedSuppressions.js';
import { SuppressionList } from '../../../src/suppression/suppressionList.js';
import { launch } from '../../campaign/support/campaigns.js';
import { flushPrefix, freshPrefix } from '../../support/redis.js';

export const CHANNELS = ['web', 'sms'] as const;
export type UsedChannel = (typeof CHANNELS)[number];

export const CAP = { places: 2, spanMs: 3_600_000 };
/** Short, so that histories reach the last look. */
export const LOOK_DELAYS = [20_000, 40_000];
const CAPS: FrequencyCaps = { campaign: CAP };
const KEPT_MS = 6_000_000;
const SETTINGS = { plusAddresses: 'distinct' as const, country: 'DE' as const };

/** Two people, each with two addresses. */
const RECIPIENTS = [
  { externalContactId: '8f14e45f-ceea-467f-a8d2-91a2b4f7c001', phone: '+4915198765432' },
  { externalContactId: '8f14e45f-ceea-467f-a8d2-91a2b4f7c002', phone: '+4915198765433' },
] as const;

export const PEOPLE = RECIPIENTS.map((recipient) => {
  const person = Person.read(Object.values(recipient), SETTINGS);
  if (person === undefined) throw new Error('these are addresses');
  return { recipient, person };
});

/** Whom the rows of the campaign are for, by place in PEOPLE, then the two single notifications. */
export const WHOSE = [0, 0, 1, 0, 1] as const;
export const ROWS = 3;

/** What the customer's platform has of a message that has left. */
export interface SentMessage {
  id: string;
  messageId: string;
  channel: UsedChannel;
  intentAt: number;
  fencingToken: number;
  arrives: boolean;
  /** Why it does not, where the platform says so: of an SMS. */
  fault?: 'InvalidDestination';
}

/** What a worker has in memory of one attempt, however long it was frozen. */
export interface HeldAttempt {
  id: string;
  fencingToken: number;
  work: 'dispatch' | 'delivery_check';
  /** Whether the request was there when the attempt read it. */
  hasRequest: boolean;
  leg?: Leg;
  places?: NotificationRecord['places'];
  sendBy: number;
  asked: boolean;
  message?: SentMessage;
}

/**
 * Two people, a campaign with rows for both, and a single notification for each, in a real Redis: with all that the
 * ledger's scripts keep beside the records. Its time is its own and only passes when a step says so.
 */
export class PeopleWorld {
  now = Date.now() + 60_000;
  readonly prefix = freshPrefix();
  readonly redis: Redis;
  readonly ledger: Ledger;
  readonly campaigns: CampaignStore;
  readonly checkpoints: CheckpointStore<unknown>;
  readonly list: SuppressionList;
  readonly consent: Consent;
  readonly delivery: DeliveryIndex;
  readonly suspects: Suspects;
  readonly index: SearchIndex;
  readonly ids: readonly string[];
  campaign: Campaign | undefined;

  readonly attempts: HeldAttempt[] = [];
  readonly messages: SentMessage[] = [];
  /** Messages that the platform has said of that they did not arrive. */
  readonly heard = new Set<string>();
  /** Notifications whose person was erased. */
  readonly erased = new Set<string>();
  /** How often a person or a policy has decided that an `unknown` was not sent, by notification. */
  readonly decided = new Map<string, number>();

  readonly #queues;
  readonly #release: Release;
  readonly #requests: PersonRequests;
  readonly #rows: ErasableRows;

  constructor(redis: Redis) {
    const { prefix } = this;
    this.redis = redis;
    const keyring = Keyring.forDevelopment();
    const retention = { ledgerMs: KEPT_MS, requestMs: KEPT_MS };
    const now = () => this.now;
    this.campaigns = new CampaignStore(redis, prefix, { retentionMs: KEPT_MS });
    this.#queues = openQueues(redis, prefix, () => undefined);
    const plain = new Ledger(redis, prefix, keyring, retention);
    this.index = new SearchIndex(plain.keys, keyring, 86_400_000);
    this.ledger = new Ledger(
      redis,
      prefix,
      keyring,
      retention,
      () => undefined,
      this.index,
      LOOK_DELAYS,
    );
    Object.assign(this.ledger, { clock: { now, current: async () => this.now } });
    const rows = new RowStore(redis, prefix, keyring);
    this.#release = new Release({
      campaigns: this.campaigns,
      rows,
      ledger: this.ledger,
      queues: this.#queues,
      keyring,
      observe: () => undefined,
    });
    this.checkpoints = new CheckpointStore(redis, prefix, keyring, KEPT_MS);
    const { ledger, checkpoints } = this;
    this.#requests = new PersonRequests({ redis, ledger, keyring, checkpoints });
    this.#rows = new ErasableRows(redis, prefix, keyring);
    const digests = new ConsentDigests(keyring, 'distinct');
    this.list = new SuppressionList(redis, prefix, digests, now);
    this.consent = new Consent({ redis, prefix, digests, list: this.list, caps: CAPS, now });
    this.delivery = new DeliveryIndex(redis, ledger.keys);
    const audit = { act: async <T>(_by: unknown, _act: unknown, work: () => Promise<T>) => work() };
    this.suspects = new Suspects({
      ledger,
      queues: this.#queues,
      index: this.delivery,
      client: {
        getMessageDetails: async (messageId) => this.#detailsOf(messageId),
        getEmailConversation: async () => {
          throw new Error('no email is sent here');
        },
      },
      hasNextChannel: async (record) => {
        const tried = triedChannels(record.legs, record.generation);
        const isKept = (await ledger.readRequest(record.id)) !== undefined;
        return isKept && CHANNELS.some((channel) => !tried.has(channel));
      },
      learned: new LearnedSuppressions({ suppressions: this.list, digests, audit, now }),
      log: pino({ level: 'silent' }),
    });
    this.ids = WHOSE.map((_, at) => (at < ROWS ? rowId('spring', at + 2) : `single-${at}`));
    this.#launch = async () => {
      const numbered = WHOSE.slice(0, ROWS).map((whose, at) => ({
        number: at + 2,
        row: { recipient: { ...RECIPIENTS[whose] } },
      }));
      await launch(this.campaigns, rows, numbered);
    };
  }

  readonly #launch: () => Promise<void>;

  async open(): Promise<void> {
    await this.#launch();
    this.campaign = await this.campaigns.get('spring');
    const singles = this.ids.slice(ROWS).map((id, at) => {
      const recipient = { ...RECIPIENTS[WHOSE[ROWS + at] ?? 0] };
      const request = { recipient, template: 'follow-up', priority: 'campaign' as const };
      const record = newRecord(id, request, 'k1:hash', this.now);
      return { record, stored: { request, templateHash: 'h' } };
    });
    await this.ledger.accept(singles);
  }

  async close(): Promise<void> {
    await closeQueues(this.#queues);
    await flushPrefix(this.prefix);
  }

  personOf(id: string): (typeof PEOPLE)[number] {
    const person = PEOPLE[WHOSE[this.ids.indexOf(id)] ?? 0];
    if (person === undefined) throw new Error('there are two people');
    return person;
  }

  async releases(wanted: number): Promise<void> {
    const { campaign } = this;
    const seen = await this.campaigns.look('spring');
    if (campaign === undefined || seen === undefined) throw new Error('it was launched');
    await this.#release.release(campaign, seen.released, wanted, seen.erasures);
  }

  /** All that an erasure does for one person, without the passes that look again. */
  async erases(which: number): Promise<void> {
    const whom = PEOPLE[which];
    if (whom === undefined) return;
    const isMeant = {
      row: (row: { recipient: object }) => whom.person.isRecipient(row.recipient),
      rejected: () => false,
    };
    const place = { campaignId: 'spring', hash: 'rows' as const };
    for await (const _ of this.#rows.find(place, isMeant, { erase: true })) _;
    const { found } = await this.#requests.about(this.ids, whom.person);
    for (const { id } of found) await this.#requests.erase(id, 'api:crm');
    await this.index.forget(this.redis, whom.person.terms, this.now);
    for (const id of this.ids) if (this.personOf(id) === whom) this.erased.add(id);
  }

  /** What is stored about a person that an erasure should have taken away; none of it is about others. */
  async leftOf({ person }: (typeof PEOPLE)[number]): Promise<string[]> {
    const left: string[] = [];
    const { found } = await this.#requests.about(this.ids, person);
    left.push(...found.map(({ id }) => `request of ${id}`));
    const isMeant = {
      row: (row: { recipient: object }) => person.isRecipient(row.recipient),
      rejected: () => false,
    };
    const place = { campaignId: 'spring', hash: 'rows' as const };
    for await (const each of this.#rows.find(place, isMeant, { erase: false })) {
      left.push(`${each.rows.length} rows`);
    }
    for (const id of this.ids.filter((one) => this.personOf(one).person === person)) {
      if ((await this.checkpoints.load(id)) !== undefined) left.push(`findings of ${id}`);
    }
    const listed = await this.index.find(this.redis, person.terms, this.now);
    return [...left, ...listed.map((id) => `search entry of ${id}`)];
  }

  #detailsOf(messageId: string) {
    const message = this.messages.find((one) => one.messageId === messageId);
    const code = message?.fault;
    const status = message?.arrives ? 'delivery-success' : 'delivery-failed';
    const normalizedReceipts = code === undefined ? [] : [{ reasons: [{ code }] }];
    return { ok: true as const, status: 200, data: { id: messageId, status, normalizedReceipts } };
  }
}
