// A sender of webhooks in a process of its own, from the built product, that a test kills at any moment.
import { pino } from 'pino';
import { keyringOf, loadConfig } from '../../../dist/config.js';
import { EventFeed } from '../../../dist/events/eventFeed.js';
import { Ledger } from '../../../dist/notification/ledger.js';
import { connectForWorking } from '../../../dist/redis/redisClient.js';
import { WebhookSender } from '../../../dist/webhooks/webhookSender.js';
import { WebhookStore } from '../../../dist/webhooks/webhookStore.js';

const loaded = loadConfig(process.env, 'api');
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const { config } = loaded;
const redis = connectForWorking(config.REDIS_URL);
const keyring = keyringOf(config);
const retention = { ledgerMs: config.LEDGER_RETENTION, requestMs: config.REQUEST_RETENTION };
const ledger = new Ledger(redis, config.QUEUE_PREFIX, keyring, retention);
new WebhookSender({
  redis,
  store: new WebhookStore(redis, config.QUEUE_PREFIX, keyring),
  feed: new EventFeed({ redis, ledger }),
  now: () => ledger.clock.now(),
  log: pino({ level: 'silent' }),
  poster: { allowPrivate: true },
  onDelivery: () => undefined,
  noteRedis: () => false,
  tickMs: 20,
  leaseMs: 300,
}).start();
