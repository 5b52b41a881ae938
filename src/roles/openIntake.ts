import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Ledger } from '../notification/ledger.js';
import type { RedisClient } from '../notification/redisScripts.js';
import { isNotificationId, parseRequest } from '../notification/request.js';
import { Acceptor } from '../queue/acceptor.js';
import { Backlog } from '../queue/backlog.js';
import { INTAKE } from '../queue/intakeQueue.js';
import type { Queues } from '../queue/jobs.js';
import { openKeyring } from '../queue/producer.js';
import type { TemplateCatalogue } from '../templates/catalogue.js';
import { type IntakeOutcome, IntakeWorker } from '../worker/intakeWorker.js';

/** The worker of the intake queue in this process, with the same acceptance as the api's. */
export function openIntake(
  config: Config,
  parts: {
    redis: RedisClient;
    ledger: Ledger;
    queues: Queues;
    catalogue: TemplateCatalogue;
    log: Logger;
    count: (outcome: IntakeOutcome) => void;
  },
): IntakeWorker {
  const { redis, ledger, queues, catalogue, log, count } = parts;
  const keyring = openKeyring({
    redisUrl: config.REDIS_URL,
    ...(config.NOTIFIER_SECRET !== undefined && { secret: config.NOTIFIER_SECRET }),
  });
  const backlog = new Backlog(redis, queues, config.BACKLOG_MAX);
  const country = config.DEFAULT_COUNTRY;
  const acceptor = new Acceptor({ redis, ledger, queues, catalogue, backlog, keyring, country });
  return new IntakeWorker({
    connection: redis,
    prefix: config.QUEUE_PREFIX,
    log,
    acceptAll: (inputs) => acceptor.acceptAll(inputs, INTAKE),
    acceptedBefore: async (input) => {
      const { id } = Object(input) as { id?: unknown };
      if (!isNotificationId(id)) return undefined;
      const record = await ledger.read(id);
      if (record === undefined) return undefined;
      // As it was judged then: its deadline may have passed since.
      const parsed = parseRequest(input, record.createdAt, country);
      const bodies = parsed.ok ? [parsed.request, parsed.written] : [];
      const isSame = bodies.some((body) => keyring.matches(body, record.bodyHash));
      return isSame ? { id, state: record.state } : undefined;
    },
    stateOf: async (id) => (await ledger.read(id))?.state,
    count,
  });
}
