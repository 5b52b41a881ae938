import type { Config } from '../config.js';
import { PolicyChecks } from '../consent/policyCheck.js';
import type { NotificationProducer } from '../queue/producer.js';
import { openConsentFacts } from './openConsentFacts.js';

/** Questions about policy, on the producer's connection: closing that one is enough. */
export function openPolicyChecks(config: Config, producer: NotificationProducer): PolicyChecks {
  const { redis, ledger } = producer.store;
  return new PolicyChecks({
    redis,
    consent: openConsentFacts(config, redis),
    catalogue: producer.catalogue,
    settings: config,
    now: () => ledger.clock.now(),
  });
}
