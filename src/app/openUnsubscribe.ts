import type { Logger } from 'pino';
import type { AuditLog } from '../audit/auditLog.js';
import { type Config, keyringOf, linkBaseOf } from '../config.js';
import type { NotificationProducer } from '../queue/producer.js';
import type { RedisClient } from '../redis/redisClient.js';
import { ConsentDigests } from '../suppression/consentIdentity.js';
import { LearnedSuppressions } from '../suppression/learnedSuppressions.js';
import { UnsubscribeLinks } from '../suppression/unsubscribeLink.js';
import type { LoadedTemplate } from '../templates/loadTemplates.js';
import type { UnsubscribeParts } from '../unsubscribe/unsubscribeRoutes.js';
import { Unsubscriber } from '../unsubscribe/unsubscriber.js';
import { openSuppressions } from './openSuppressions.js';

/** What makes the links of a deployment; undefined where customers have nowhere to be sent. */
export function openUnsubscribeLinks(config: Config): UnsubscribeLinks | undefined {
  const publicUrl = linkBaseOf(config);
  if (publicUrl === undefined) return undefined;
  const keyring = keyringOf(config);
  const digests = new ConsentDigests(keyring, config.PLUS_ADDRESSES);
  return new UnsubscribeLinks({ publicUrl, keyring, digests });
}

/** Says at a start which templates print a link that their messages will not get. */
export function warnOfMissingLinks(
  config: Config,
  templates: readonly LoadedTemplate[],
  log: Logger,
): void {
  if (linkBaseOf(config) !== undefined) return;
  const names = templates
    .filter(({ compiled }) =>
      compiled.channels.some((channel) =>
        compiled.contextVariables(channel).includes('unsubscribeUrl'),
      ),
    )
    .map(({ source }) => source.name);
  if (config.PUBLIC_URL === undefined && names.length === 0) return;
  const why =
    config.PUBLIC_URL === undefined ? 'PUBLIC_URL is not set' : 'PUBLIC_URL is no https URL';
  log.warn(
    { templates: names },
    `${why}: messages get no link to unsubscribe. Set it for apis and workers alike, with https.`,
  );
}

/** What a worker learns of addresses, for the suppression list. */
export function openLearnedSuppressions(
  config: Config,
  { redis, audit, now }: { redis: RedisClient; audit: AuditLog; now: () => number },
): LearnedSuppressions {
  const digests = new ConsentDigests(keyringOf(config), config.PLUS_ADDRESSES);
  return new LearnedSuppressions({
    suppressions: openSuppressions(config, redis),
    digests,
    audit,
    now,
  });
}

/** What the page of a deployment works with, on the producer's connection. */
export function openUnsubscribe(
  config: Config,
  { store, audit }: Pick<NotificationProducer, 'store' | 'audit'>,
  templates: readonly LoadedTemplate[],
): UnsubscribeParts {
  const { redis, ledger } = store;
  return {
    keyring: keyringOf(config),
    unsubscriber: new Unsubscriber({
      redis,
      suppressions: openSuppressions(config, redis),
      audit,
      now: () => ledger.clock.current(),
    }),
    sender: config.GENESYS_EMAIL_FROM_NAME,
    templates: templates.map(({ source }) => source),
  };
}
