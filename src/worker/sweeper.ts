import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { queued } from '../notification/acceptance.js';
import { keep, write } from '../notification/decision.js';
import type { Ledger } from '../notification/ledger.js';
import type { NotificationRecord } from '../notification/record.js';
import { type RedisClient, readScript } from '../notification/redisScripts.js';
import { sweep, takeOver } from '../notification/settlement.js';
import { errorLabel } from '../ops/errorLabel.js';
import { addJobs, jobFor, MAX_ATTEMPTS, type Queues } from '../queue/jobs.js';

interface LeaseCommands {
  notifierLease(...args: (string | number)[]): Promise<number>;
}

const TICK_MS = 2_000;
const LEASE_MS = 15_000;
const BATCH = 200;

/**
 * Makes sure that every notification ends. It walks the ones whose next check is due and asks of
 * each: is it past its deadline? did the owner of its intent vanish? is there still a job for it?
 *
 * It finds what the queue alone would lose: an api killed between ledger and job, jobs that an
 * operator removed, jobs that the queue failed because their workers died too often. One sweeper
 * works at a time, by a lease; two at once would do no harm, since each change is decided upon the
 * record as it is.
 */
export class Sweeper {
  readonly #ledger: Ledger;
  readonly #queues: Queues;
  readonly #redis: RedisClient;
  readonly #log: Logger;
  readonly #holder = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(parts: { ledger: Ledger; queues: Queues; redis: RedisClient; log: Logger }) {
    this.#ledger = parts.ledger;
    this.#queues = parts.queues;
    this.#redis = parts.redis;
    this.#log = parts.log;
    const lua = readScript('lease', import.meta.url);
    parts.redis.defineCommand('notifierLease', { numberOfKeys: 1, lua });
  }

  start(): void {
    this.#stopped = false;
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#sweeping;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#sweeping = this.#tick().finally(() => this.#schedule());
    }, TICK_MS);
  }

  async #tick(): Promise<void> {
    try {
      const commands = this.#redis as unknown as LeaseCommands;
      const { sweeper } = this.#ledger.keys;
      let more = true;
      while (more && !this.#stopped) {
        if ((await commands.notifierLease(sweeper, this.#holder, LEASE_MS)) !== 1) return;
        more = (await this.sweepOnce(Date.now())) === BATCH;
      }
    } catch (error) {
      this.#log.error({ error: errorLabel(error) }, 'sweep broke off');
    }
  }

  /** Looks after one batch of what is due at `now` (epoch ms); answers how many that were. */
  async sweepOnce(now: number): Promise<number> {
    const ids = await this.#ledger.due(now, BATCH);
    for (const id of ids) await this.#lookAfter(id, now);
    return ids.length;
  }

  async #lookAfter(id: string, now: number): Promise<void> {
    const seen = await this.#ledger.change(id, (record) => {
      const decision = sweep(record, now);
      return { ...decision, result: { finding: decision.result, record: decision.next ?? record } };
    });
    switch (seen?.finding) {
      case undefined:
        await this.#ledger.recheck(id, undefined, now);
        return;
      case 'expired':
      case 'intent_lost':
      case 'delivery_given_up':
        this.#log.warn({ notificationId: id, finding: seen?.finding }, 'sweeper settled');
        return;
      case 'needs_job':
        if (seen !== undefined) await this.#ensureJob(seen.record, now);
        return;
      case 'nothing':
        await this.#ledger.recheck(id, seen?.record, now);
        return;
      default: {
        const never: never = seen?.finding as never;
        throw new Error(`unhandled finding ${String(never)}`);
      }
    }
  }

  async #ensureJob(record: NotificationRecord, now: number): Promise<void> {
    const { id } = record;
    const spec = jobFor(record, now);
    const job = await this.#queues[record.lane].getJob(spec.opts.jobId);
    if (job !== undefined && job.finishedOn === undefined) {
      await this.#ledger.recheck(id, record, now);
      return;
    }
    // The job is gone or has ended while its notification lives. One that stands as `accepted` has
    // done nothing wrong: its job was never added, or ended before a late answer set it free.
    const lost =
      record.state !== 'accepted' && (job !== undefined || record.state === 'processing');
    if (lost) {
      const taken = await this.#ledger.change(id, (current) =>
        sameMoment(current, record) ? takeOver(current, MAX_ATTEMPTS, now) : keep('moved_on'),
      );
      if (taken !== 'queued') return;
    }
    await job?.remove();
    await addJobs(this.#queues, [record], now);
    await this.#ledger.change(id, (current) =>
      current.state === 'accepted' && sameMoment(current, record)
        ? write(queued(current, now), undefined)
        : keep(undefined),
    );
    await this.#ledger.recheck(id, await this.#ledger.read(id), now);
    this.#log.warn({ notificationId: id, jobId: spec.opts.jobId }, 'sweeper added a missing job');
  }
}

/** Whether nobody has touched the record since it was judged. */
function sameMoment(current: NotificationRecord, judged: NotificationRecord): boolean {
  return (
    current.state === judged.state &&
    current.fence === judged.fence &&
    current.generation === judged.generation &&
    current.updatedAt === judged.updatedAt
  );
}
