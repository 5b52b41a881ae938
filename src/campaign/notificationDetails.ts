import type { Ledger } from '../notification/ledger.js';
import { type MaskedRecipient, maskedRecipient } from '../notification/maskedRecipient.js';
import type { NotificationRecord } from '../notification/record.js';
import { unlessUnreadable } from '../notification/storedRequest.js';
import type { CampaignPause, Surroundings } from '../queue/blockingReasons.js';
import { jobIds, type Queues } from '../queue/jobs.js';
import type { FleetStatus, Operations } from '../queue/operations.js';
import { untilConnected, withTimeout } from '../queue/timeout.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { CampaignView } from './campaignView.js';
import { UnreadableCampaignError } from './unreadableCampaign.js';

/** A notification, and what around it decides how it goes on. */
export interface NotificationDetails extends Surroundings {
  record: NotificationRecord;
  /** Whom it is for; absent once the request is no longer kept. */
  recipient?: MaskedRecipient;
  /** The jobs its generation has, or has had and the queue still remembers. */
  jobs: { id: string; state: string }[];
}

export interface DetailsParts {
  store: { redis: RedisClient; ledger: Ledger; queues: Queues };
  operations: Pick<Operations, 'status'>;
  campaigns: { get(id: string): Promise<CampaignView | undefined> };
}

/** @throws RedisUnavailableError */
export function readDetails(
  parts: DetailsParts,
  id: string,
): Promise<NotificationDetails | undefined> {
  return withTimeout(untilConnected(parts.store.redis).then(() => read(parts, id)));
}

async function read(parts: DetailsParts, id: string): Promise<NotificationDetails | undefined> {
  const { ledger, queues } = parts.store;
  const [record, stored, fleet] = await Promise.all([
    ledger.read(id),
    unlessUnreadable(ledger.readRequest(id)),
    parts.operations.status() satisfies Promise<FleetStatus>,
  ]);
  if (record === undefined) return undefined;
  const [campaignPause, ...jobs] = await Promise.all([
    pauseOf(parts, record),
    ...jobIds(record).map(async (jobId) => ({
      id: jobId,
      state: await queues[record.lane].getJobState(jobId),
      startsAt: await startOf(parts, record, jobId),
    })),
  ]);
  const jobStartsAt = jobs.find(({ startsAt }) => startsAt !== undefined)?.startsAt;
  return {
    record,
    fleet,
    recipient: stored && maskedRecipient(stored.request),
    campaignPause,
    jobStartsAt,
    jobs: jobs
      .filter(({ state }) => state !== 'unknown')
      .map(({ id: jobId, state }) => ({ id: jobId, state })),
  };
}

/** Only released rows belong to a campaign; a name alone is what any caller may write. */
async function pauseOf(
  { campaigns }: DetailsParts,
  { campaignId, row }: NotificationRecord,
): Promise<CampaignPause | undefined> {
  if (campaignId === undefined || row === undefined) return undefined;
  const campaign = await campaigns.get(campaignId).catch(withoutUnreadable);
  if (campaign?.state !== 'paused') return undefined;
  const { id, by, reason, updatedAt } = campaign;
  return {
    id,
    since: Date.parse(updatedAt),
    by,
    reason,
  };
}

/** What is known of the notification itself is shown all the same. */
function withoutUnreadable(error: unknown): undefined {
  if (!(error instanceof UnreadableCampaignError)) throw error;
}

/** The queue keeps the time (ms) in the upper bits of a delayed job's score. */
const SCORES_A_MS = 0x1000;

async function startOf(
  { store: { redis, queues } }: DetailsParts,
  { lane }: NotificationRecord,
  jobId: string,
): Promise<number | undefined> {
  const score = await redis.zscore(queues[lane].toKey('delayed'), jobId);
  return score === null ? undefined : Math.floor(Number(score) / SCORES_A_MS);
}
