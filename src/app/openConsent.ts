import { type Config, keyringOf } from '../config.js';
import { Suppressions } from '../consent/suppressions.js';
import type { NotificationProducer } from '../queue/producer.js';
import { consentDigests, openSuppressions } from './openSuppressions.js';

const FINGERPRINT_BYTES = 9;

/** What people ask of the suppression list of this deployment, on the producer's connection. */
export function openConsent(
  config: Config,
  { store: { redis, prefix }, audit }: Pick<NotificationProducer, 'store' | 'audit'>,
): Suppressions {
  const digests = consentDigests(config);
  return new Suppressions({
    redis,
    prefix,
    list: openSuppressions(config, redis, digests),
    digests,
    fingerprints: fingerprintsOf(config),
    audit,
    country: config.DEFAULT_COUNTRY,
  });
}

/** Of each secret, and of what makes one person of two addresses: with another of either, digests differ. */
function fingerprintsOf(config: Config): string[] {
  return keyringOf(config)
    .deriveAll('suppression export', config.PLUS_ADDRESSES)
    .map((key) => key.subarray(0, FINGERPRINT_BYTES).toString('base64url'));
}
