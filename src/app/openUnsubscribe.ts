import { type Config, keyringOf, linkBaseOf } from '../config.js';
import type { NotificationProducer } from '../queue/producer.js';
import { ConsentDigests } from '../suppression/consentIdentity.js';
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
