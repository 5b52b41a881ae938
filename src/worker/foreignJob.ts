import type { Job } from 'bullmq';
import { JOB_OPTIONS } from '../queue/jobs.js';
import type { RedisClient } from '../redis/redisClient.js';

/** Takes out of a foreign job what must not stay in a queue, and keeps the job as long as our own. */
export async function stripForeignJob(job: Job): Promise<void> {
  job.opts.removeOnFail = JOB_OPTIONS.removeOnFail;
  await job.updateData({});
}

/**
 * Puts `null` in the place of data that is not JSON. BullMQ cannot read such a job. Without this,
 * workers would take it and lose it for ever, and none could fail it.
 */
export async function replaceUnreadableData(redis: RedisClient, jobKey: string): Promise<void> {
  const data = await redis.hget(jobKey, 'data');
  if (data === null || isJson(data)) return;
  await redis.hset(jobKey, 'data', 'null');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
