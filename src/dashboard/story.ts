import type { Ledger } from '../notification/ledger.js';
import type { NotificationRecord } from '../notification/record.js';
import type { RedisClient } from '../notification/redisScripts.js';
import { jobIds, type Queues } from '../queue/jobs.js';
import type { FleetStatus, Operations } from '../queue/operations.js';
import { whenReady, withPatience } from '../queue/patience.js';

/** A notification, and what around it decides how it goes on. */
export interface Story {
  record: NotificationRecord;
  fleet: FleetStatus;
  /** The jobs its generation has, or has had and the queue still remembers. */
  jobs: { id: string; state: string }[];
}

const UNKNOWNS_LISTED = 100;

/** Reads what the pages show. Codes and ids only: neither request nor checkpoint is looked at. */
export class Stories {
  readonly #redis: RedisClient;
  readonly #ledger: Ledger;
  readonly #queues: Queues;
  readonly #operations: Operations;

  constructor(
    { redis, ledger, queues }: { redis: RedisClient; ledger: Ledger; queues: Queues },
    operations: Operations,
  ) {
    this.#redis = redis;
    this.#ledger = ledger;
    this.#queues = queues;
    this.#operations = operations;
  }

  /** @throws RedisUnavailableError */
  read(id: string): Promise<Story | undefined> {
    return withPatience(whenReady(this.#redis).then(() => this.#read(id)));
  }

  /** How the deployment stands, and the ids that wait for a person, the longest waiting first. */
  overview(): Promise<{ fleet: FleetStatus; unknowns: string[] }> {
    const look = async () => {
      const [fleet, unknowns] = await Promise.all([
        this.#operations.status(),
        this.#redis.zrange(this.#ledger.keys.unknown, '0', String(UNKNOWNS_LISTED - 1)),
      ]);
      return { fleet, unknowns };
    };
    return withPatience(whenReady(this.#redis).then(look));
  }

  async #read(id: string): Promise<Story | undefined> {
    const [record, fleet] = await Promise.all([this.#ledger.read(id), this.#operations.status()]);
    if (record === undefined) return undefined;
    const jobs = await Promise.all(
      jobIds(record).map(async (jobId) => ({
        id: jobId,
        state: await this.#queues[record.lane].getJobState(jobId),
      })),
    );
    return { record, fleet, jobs: jobs.filter(({ state }) => state !== 'unknown') };
  }
}
