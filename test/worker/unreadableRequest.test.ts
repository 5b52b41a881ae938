import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NotificationProducer } from '../../src/queue/producer.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { testRedisUrl } from '../support/redis.js';

const OLD = 'old:the-secret-of-last-year';
const NEW = 'new:the-secret-of-this-year';

let deployment: Deployment;
let producer: NotificationProducer;

beforeAll(async () => {
  deployment = await deploy();
  const { prefix } = deployment;
  producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix, secret: OLD });
});
afterAll(async () => {
  await producer.close();
  await deployment.stop();
});

test('a request whose key is missing waits without an attempt, is shown, and goes out once the key is back', async () => {
  const without = await deployment.startWorker({ NOTIFIER_SECRET: NEW });
  const { id } = await producer.send({
    id: 'rotated',
    recipient: { email: 'dana@example.com' },
    template: 'order-update',
    variables: { orderNumber: 'A-1', status: 'shipped' },
    channels: ['email'],
    history: { required: false },
    metadata: { shop: 'north' },
  });
  const { notifications } = producer;
  while ((await notifications.get(id))?.reason !== 'request_unreadable') {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await without.stop();
  expect(await notifications.get(id)).toMatchObject({ state: 'queued', attempts: 0 });
  expect(await deployment.producer.notifications.get(id)).toMatchObject({ id, state: 'queued' });
  expect(deployment.deliveries()).toBe(0);

  await deployment.startWorker({ NOTIFIER_SECRET: `${NEW},${OLD}` });
  expect(await deployment.reaches(id, 'sent', 'delivered', 'failed')).toMatchObject({
    state: 'sent',
  });
  expect(deployment.deliveries()).toBe(1);
});
