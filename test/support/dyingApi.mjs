// Accepts a notification and dies by kill -9 between the ledger and the job, as an api may.
import { Queue } from 'bullmq';
import { NotificationProducer } from '../../dist/index.js';

// The process that is to add the job is dead before the command leaves.
const die = () => process.kill(process.pid, 'SIGKILL');
Object.assign(Queue.prototype, { add: die, addBulk: die });

const producer = new NotificationProducer({
  redisUrl: process.env.REDIS_URL,
  prefix: process.env.QUEUE_PREFIX,
});
await producer.send(JSON.parse(process.env.REQUEST));
