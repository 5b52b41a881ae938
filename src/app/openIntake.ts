import type { Logger } from 'pino';
import { type Config, keyringOf } from '../config.js';
import type { Ledger } from '../notification/ledger.js';
import { Acceptor } from '../queue/acceptor.js';
import { Backlog } from '../queue/backlog.js';
import { INTAKE } from '../queue/intakeJob.js';
import type { Queues } from '../queue/jobs.js';
import type { RedisClient } from '../redis/redisClient.js';
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
    noteRedis: (error: unknown) => boolean;
  },
): IntakeWorker {
  const { redis, ledger, queues, catalogue, log, count, noteRedis } = parts;
  const keyring = keyringOf(config);
  const backlog = new Backlog(redis, queues, config.BACKLOG_MAX);
  const country = config.DEFAULT_COUNTRY;
  const acceptor = new Acceptor({ redis, ledger, queues, catalogue, backlog, keyring, country });
  return new IntakeWorker({
    connection: redis,
    prefix: config.QUEUE_PREFIX,
    log,
    acceptAll: (inputs, origins) => acceptor.acceptAll(inputs, INTAKE, origins),
    stateOf: async (id) => (await ledger.read(id))?.state,
    count,
    noteRedis,
  });
}
