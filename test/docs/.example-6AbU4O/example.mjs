import { Queue, QueueEvents } from 'bullmq';
const redis = new URL(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379');
const connection = {
    host: redis.hostname,
    port: Number(redis.port || 6379)
};
const prefix = process.env['QUEUE_PREFIX'] ?? '{notifier}';
const intake = new Queue('intake', {
    connection,
    prefix
});
const job = await intake.add('notification', {
    recipient: {
        email: 'customer@example.com'
    },
    template: 'follow-up'
}, {
    jobId: 'order-4711-shipped'
});
// Only where the program wants to know at once. The job is done when it is accepted, not when it is sent.
const events = new QueueEvents('intake', {
    connection,
    prefix
});
const accepted = await job.waitUntilFinished(events, 30_000);
console.log(accepted); // { id: 'order-4711-shipped', state: 'accepted' }
await events.close();
await intake.close();
