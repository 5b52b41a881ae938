import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { Job, type JobType, type Queue } from 'bullmq';
import { LIMITER_MAX } from '../../queue/jobs.js';

/**
 * A queue as the dashboard reads it. One job whose data is no JSON would make the library's list of
 * all jobs fail; here it stands in the list as one that is not ours.
 */
export class ReadableQueue extends BullMQAdapter {
  readonly #queue: Queue;

  constructor(queue: Queue, options: { readOnlyMode: boolean }) {
    // What is completed was sent or skipped, or is in other hands: a retry of it is always refused.
    const settings = { ...options, allowCompletedRetries: false };
    super(queue, settings);
    this.#queue = queue;
  }

  override async getJobs(
    states: Parameters<BullMQAdapter['getJobs']>[0],
    start?: number,
    end?: number,
  ): Promise<Job[]> {
    try {
      return await super.getJobs(states, start, end);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    const types = states.flatMap((state): JobType[] => {
      if (state === 'paused') return [];
      return [state === 'waiting' ? 'wait' : state];
    });
    const ids = await this.#queue.getRanges(types, start, end, false);
    const jobs = await Promise.all(ids.map((id) => this.#read(id)));
    return jobs.filter((job) => job !== undefined);
  }

  /** Each worker has a limiter, for the gate; it limits only what has reached its maximum. */
  override getActiveRateLimitTtl(): Promise<number> {
    return this.#queue.getRateLimitTtl(LIMITER_MAX).then((ms) => Math.max(0, ms));
  }

  override getJob(id: string): Promise<Job | undefined> {
    return this.#read(id);
  }

  async #read(id: string): Promise<Job | undefined> {
    try {
      return await Job.fromId(this.#queue, id);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return new Job(this.#queue, 'unreadable', {}, {}, id);
    }
  }
}
