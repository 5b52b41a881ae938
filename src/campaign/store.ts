import { campaignEventOf } from '../events/campaignEvent.js';
import { TAG_BYTES, takeRandom } from '../notification/codec.js';
import { channelCountsOf, reasonCountsOf } from '../notification/countedReason.js';
import { STATES } from '../notification/state.js';
import { type RedisClock, redisClock } from '../redis/clock.js';
import { type CampaignKeys, campaignKeys, ledgerKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import type { Campaign, CampaignAtWork, CampaignCounts } from './campaign.js';
import { differencesOf } from './campaignDifferences.js';
import type { CampaignDecision } from './campaignSteps.js';
import { UploadProgress } from './import/uploadProgress.js';
import { keptFor, type NewCampaign, newCampaign, nextPollAt } from './lifecycle.js';
import { ReleaseCursor } from './releaseCursor.js';
import type { Tally } from './tally.js';
import { type UnreadableCampaign, UnreadableCampaignError } from './unreadableCampaign.js';

export type CreateResult =
  | { kind: 'created'; campaign: Campaign }
  /** The same was asked for before. */
  | { kind: 'existing'; campaign: Campaign }
  /** Another campaign has this id; it stays as it is. `differs` names the fields of a request. */
  | { kind: 'conflict'; campaign: Campaign; differs: string[] };

/** Some campaigns, and those of the same page that cannot be read. */
interface CampaignPage {
  campaigns: Campaign[];
  unreadable: UnreadableCampaign[];
}

interface CampaignCommands {
  notifierTallyCampaign(counts: string, live: string): Promise<[string[], number]>;
  notifierChangeCampaignBuffer(
    ...args: (string | Buffer | number)[]
  ): Promise<Buffer | number | null>;
  notifierForgetCampaign(...args: (string | Buffer | number)[]): Promise<number>;
}

type Beside = Omit<CampaignDecision<unknown>, 'result' | 'next'>;

interface CampaignSnapshot {
  campaign: Campaign;
  tag: Buffer;
}

/** Of what may be paused. */
const PAUSED_LOOKED_AT = 100;

/** In the schedule, and never due. */
const NEVER = '+inf';

/** What the script answers. */
const WRITTEN = 1;
const CONDITION_FAILED = 2;

const LABELS = ['waiting', 'deferred', ...STATES] as const;

/**
 * The one place where campaigns are written down. As in the ledger, a step is decided by a pure
 * function over the record that was read, and written by one script only if no other process has written
 * since; otherwise it is decided again.
 */
export class CampaignStore {
  readonly keys: CampaignKeys;
  /** When a campaign starts and ends is judged by it. */
  readonly clock: RedisClock;
  readonly uploads: UploadProgress;
  /** How far a campaign has been released, and which of its rows it has left out. */
  readonly cursor: ReleaseCursor;
  readonly #redis: RedisClient;
  readonly #retentionMs: number;
  readonly #feed: string;
  readonly #eventsMax: number | '';

  /**
   * @param kept `retentionMs`: how long a campaign is kept after its end, its rows included. `eventsMax`: how many
   * events the feed may hold; left out where another process sees to that
   */
  constructor(
    redis: RedisClient,
    prefix: string,
    kept: { retentionMs: number; eventsMax?: number },
  ) {
    const { retentionMs, eventsMax = '' } = kept;
    // Redis refuses anything else, and by then half of the change would be written.
    if (!Number.isSafeInteger(retentionMs) || retentionMs < 1_000) {
      throw new RangeError('retentionMs: expected whole milliseconds, at least 1000');
    }
    this.keys = campaignKeys(prefix);
    this.clock = redisClock(redis, prefix);
    this.uploads = new UploadProgress(redis, this.keys);
    this.cursor = new ReleaseCursor(redis, this.keys);
    this.#redis = redis;
    this.#retentionMs = retentionMs;
    this.#feed = ledgerKeys(prefix).feed;
    this.#eventsMax = eventsMax;
    const lua = readScript('changeCampaign', import.meta.url);
    redis.defineCommand('notifierChangeCampaign', { numberOfKeys: 14, lua });
    const tally = readScript('tallyCampaign', import.meta.url);
    redis.defineCommand('notifierTallyCampaign', { numberOfKeys: 2, lua: tally });
    const forget = readScript('forgetCampaign', import.meta.url);
    redis.defineCommand('notifierForgetCampaign', { numberOfKeys: 4, lua: forget });
  }

  /** Creates a campaign without rows. The same input under the same id again is answered with what is there. */
  async create(input: NewCampaign, by?: string): Promise<CreateResult> {
    const campaign = newCampaign(input, await this.clock.current(), by);
    const answer = await this.#write(undefined, campaign, {});
    if (answer === WRITTEN) return { kind: 'created', campaign };
    if (!Buffer.isBuffer(answer)) throw new Error(`creating a campaign answered ${answer}`);
    const there = this.#snapshotIn(answer, campaign.id).campaign;
    const differs = differencesOf(there, input);
    if (differs.length === 0) return { kind: 'existing', campaign: there };
    return { kind: 'conflict', campaign: there, differs };
  }

  /**
   * Takes a campaign back that has no rows and is about to get none, so that its id is free again.
   * False when it is gone, or is more than that.
   *
   * @param createdAt tells it from a later one of the same id (epoch ms)
   */
  async deleteDraft(id: string, createdAt: number): Promise<boolean> {
    const seen = await this.#snapshot(id);
    if (seen === undefined || seen.campaign.createdAt !== createdAt) return false;
    const { state, import: imported, upload } = seen.campaign;
    if (state !== 'importing' || imported !== undefined || upload !== undefined) return false;
    const { campaigns, schedule, of } = this.keys;
    const commands = this.#redis as unknown as CampaignCommands;
    const deleted = await commands.notifierForgetCampaign(
      of(id).record,
      campaigns,
      schedule,
      this.#feed,
      id,
      seen.tag,
      campaignEventOf(seen.campaign, { id, state: 'deleted' }) ?? '',
    );
    return deleted === 1;
  }

  async get(id: string): Promise<Campaign | undefined> {
    return (await this.#snapshot(id))?.campaign;
  }

  /** Newest first; `before` is the id of the last one of the page before. */
  async list({ limit, before }: { limit: number; before?: string }): Promise<CampaignPage> {
    const { campaigns } = this.keys;
    let start = 0;
    if (before !== undefined) {
      const rank = await this.#redis.zrevrank(campaigns, before);
      if (rank === null) return { campaigns: [], unreadable: [] };
      start = rank + 1;
    }
    const found: Campaign[] = [];
    const unreadable: UnreadableCampaign[] = [];
    while (found.length < limit) {
      const ids = await this.#redis.zrevrange(campaigns, start, start + limit - 1);
      if (ids.length === 0) break;
      const { there, gone, garbled } = await this.#readAll(ids);
      unreadable.push(...garbled);
      // Their time is over; the set alone still knew them.
      if (gone.length > 0) await this.#redis.zrem(campaigns, ...gone);
      found.push(...there);
      start += there.length + garbled.length;
    }
    return { campaigns: found.slice(0, limit), unreadable };
  }

  /**
   * Campaigns that have not ended: all that run or start by themselves, and of those that wait for a
   * person the ones among the newest. At most `limit` of each; costs three commands.
   */
  async open(limit: number): Promise<Campaign[]> {
    const { campaigns, schedule } = this.keys;
    const [due, newest] = await Promise.all([
      this.#redis.zrange(schedule, 0, `${limit - 1}`),
      this.#redis.zrevrange(campaigns, 0, limit - 1),
    ]);
    const ids = [...new Set([...due, ...newest])];
    if (ids.length === 0) return [];
    const { there } = await this.#readAll(ids);
    return there.filter(({ state }) => state !== 'completed' && state !== 'cancelled');
  }

  /** Campaigns that are running now; of many, some `limit` of them. */
  async running(limit?: number): Promise<Campaign[]> {
    const all = [this.keys.schedule, '-inf', 0] as const;
    const ids =
      limit === undefined
        ? await this.#redis.zrangebyscore(...all)
        : await this.#redis.zrangebyscore(...all, 'LIMIT', 0, limit);
    if (ids.length === 0) return [];
    const { there } = await this.#readAll(ids);
    return there.filter(({ state }) => state === 'running');
  }

  /**
   * Campaigns that are paused, the last pause first; at most `limit`. Those that a version before this one has
   * paused are found among the newest alone. Costs four commands.
   */
  async paused(limit: number): Promise<Campaign[]> {
    const { campaigns, schedule } = this.keys;
    const some = ['LIMIT', 0, PAUSED_LOOKED_AT] as const;
    const [atWork, later, newest] = await Promise.all([
      // One that goes on by itself is looked at as often as those that run.
      this.#redis.zrangebyscore(schedule, '-inf', 0, ...some),
      this.#redis.zrevrangebyscore(schedule, NEVER, '(0', ...some),
      this.#redis.zrevrange(campaigns, 0, limit),
    ]);
    const ids = [...new Set([...later, ...atWork, ...newest])];
    if (ids.length === 0) return [];
    const { there } = await this.#readAll(ids);
    return there
      .filter(({ state }) => state === 'paused')
      .sort((a, b) => b.updatedAt - a.updatedAt)
      .slice(0, limit);
  }

  /** How many are running. */
  countRunning(): Promise<number> {
    return this.#redis.zcount(this.keys.schedule, '-inf', 0);
  }

  /**
   * Decides and writes one step; decides anew as long as others write in between. Undefined when there
   * is no such campaign.
   */
  async change<R>(
    id: string,
    decide: (campaign: Campaign) => CampaignDecision<R>,
  ): Promise<R | undefined> {
    let seen = await this.#snapshot(id);
    while (seen !== undefined) {
      const { next, result, ...beside } = decide(seen.campaign);
      if (next === undefined) return result;
      const answer = await this.#write(seen, next, beside);
      if (answer === WRITTEN) return result;
      if (answer === CONDITION_FAILED) return beside.otherwise;
      seen = Buffer.isBuffer(answer) ? this.#snapshotIn(answer, id) : undefined;
    }
    return undefined;
  }

  /** How many rows stand where; all zero before an upload is finished. */
  async counts(id: string): Promise<CampaignCounts> {
    return countsOf(await this.#redis.hgetall(this.keys.of(id).counts));
  }

  /** The same with the reasons, and how many rows are live, all of one moment. */
  async tally(id: string): Promise<Tally> {
    const { counts, live } = this.keys.of(id);
    const commands = this.#redis as unknown as CampaignCommands;
    const [flat, size] = await commands.notifierTallyCampaign(counts, live);
    const hash = Object.fromEntries(
      flat.flatMap((field, at) => (at % 2 === 0 ? [[field, flat[at + 1] ?? '']] : [])),
    );
    return {
      counts: countsOf(hash),
      reasons: reasonCountsOf(hash),
      channels: channelCountsOf(hash),
      live: size,
    };
  }

  /** A campaign as it stands at this moment, with all that the feeder decides upon. */
  async look(id: string): Promise<CampaignAtWork | undefined> {
    const { record, counts, cursor, postponedUntil } = this.keys.of(id);
    const [bytes, hash, released, [_chunk, postponedUntilAt]] = await Promise.all([
      this.#redis.getBuffer(record),
      this.#redis.hgetall(counts),
      this.#redis.get(cursor),
      this.#redis.zrange(postponedUntil, '0', '0', 'WITHSCORES'),
    ]);
    if (bytes === null) return undefined;
    const { campaign } = this.#snapshotIn(bytes, id);
    return {
      campaign,
      counts: countsOf(hash),
      released: Number(released ?? 0),
      erasures: Number(hash['erasures'] ?? 0),
      postponedUntil: postponedUntilAt === undefined ? undefined : Number(postponedUntilAt),
    };
  }

  /** Ids of the campaigns that the feeder has to look at now. */
  async due(now: number): Promise<string[]> {
    return this.#redis.zrangebyscore(this.keys.schedule, '-inf', now);
  }

  /** Has an id off the agenda whose campaign is gone. */
  async forget(id: string): Promise<void> {
    await this.#redis.zrem(this.keys.schedule, id);
  }

  #write(
    seen: CampaignSnapshot | undefined,
    next: Campaign,
    { waitingBecome, uploaded, onlyIfNothingIsLeft }: Beside,
  ): Promise<Buffer | number | null> {
    const { campaigns, schedule, of } = this.keys;
    const keys = of(next.id);
    const upload = uploaded?.upload ?? '';
    const kept = keptFor(next, this.#retentionMs);
    return (this.#redis as unknown as CampaignCommands).notifierChangeCampaignBuffer(
      keys.record,
      campaigns,
      schedule,
      keys.counts,
      keys.halt,
      keys.live,
      keys.rows,
      keys.rejected,
      keys.cursor,
      keys.uploadedRows(upload),
      keys.uploadedRejected(upload),
      keys.postponed,
      keys.postponedUntil,
      this.#feed,
      next.id,
      seen?.tag ?? '',
      Buffer.concat([takeRandom(TAG_BYTES), Buffer.from(JSON.stringify(next))]),
      next.createdAt,
      scheduledAt(next),
      next.state === 'paused' || next.state === 'cancelled' ? next.state : '',
      waitingBecome ?? '',
      uploaded?.summary.rows ?? '',
      uploaded?.fields ?? uploaded?.summary.chunks ?? '',
      onlyIfNothingIsLeft ? '1' : '',
      kept === undefined ? '' : Math.ceil(kept),
      campaignEventOf(seen?.campaign, next) ?? '',
      this.#eventsMax,
    );
  }

  async #snapshot(id: string): Promise<CampaignSnapshot | undefined> {
    const bytes = await this.#redis.getBuffer(this.keys.of(id).record);
    return bytes === null ? undefined : this.#snapshotIn(bytes, id);
  }

  /** @throws UnreadableCampaignError */
  #snapshotIn(bytes: Buffer, id: string): CampaignSnapshot {
    const campaign = campaignIn(bytes, id);
    if (campaign === undefined) {
      throw new UnreadableCampaignError({ id, key: this.keys.of(id).record });
    }
    return { campaign, tag: bytes.subarray(0, TAG_BYTES) };
  }

  /** One record that cannot be read must not hide the others. */
  async #readAll(
    ids: string[],
  ): Promise<{ there: Campaign[]; gone: string[]; garbled: UnreadableCampaign[] }> {
    const all = await this.#redis.mgetBuffer(...ids.map((id) => this.keys.of(id).record));
    const there: Campaign[] = [];
    const gone: string[] = [];
    const garbled: UnreadableCampaign[] = [];
    ids.forEach((id, at) => {
      const bytes = all[at];
      const campaign = bytes ? campaignIn(bytes, id) : undefined;
      if (campaign !== undefined) there.push(campaign);
      else if (bytes) garbled.push({ id, key: this.keys.of(id).record });
      else gone.push(id);
    });
    return { there, gone, garbled };
  }
}

/** Where it stands in the schedule: one that is paused until a person lets it go on is there to be found. */
function scheduledAt(campaign: Campaign): number | string {
  return nextPollAt(campaign) ?? (campaign.state === 'paused' ? NEVER : '');
}

/** The campaign that a record holds, or undefined where it holds none. */
function campaignIn(bytes: Buffer, id: string): Campaign | undefined {
  try {
    const campaign = JSON.parse(bytes.subarray(TAG_BYTES).toString()) as Campaign;
    return campaign.id === id && typeof campaign.state === 'string' ? campaign : undefined;
  } catch {
    return undefined;
  }
}

/** From the hash as Redis answers it. */
function countsOf(hash: Record<string, string>): CampaignCounts {
  const counts = LABELS.map((label) => [label, Number(hash[label] ?? 0)]);
  return Object.fromEntries(counts) as CampaignCounts;
}
