import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { deliveryChecksOf } from '../delivery/deliveryChecks.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { IdentityLookup } from '../history/identity.js';
import type { Findings } from '../history/lookup.js';
import { factsOf } from '../notification/channelFacts.js';
import type { CheckpointStore } from '../notification/checkpoint.js';
import type { Ledger } from '../notification/ledger.js';
import type { SearchIndex } from '../notification/searchIndex.js';
import type { SentContent } from '../notification/sentContent.js';
import type { TemplateStore } from '../pipeline/prepare.js';
import type { Queues } from '../queue/jobs.js';
import { KnownMessages } from '../reconcile/knownMessages.js';
import { LookList } from '../reconcile/lookList.js';
import type { ReconcileObserver, ReconcileResult } from '../reconcile/lookOutcome.js';
import { Reconciler } from '../reconcile/reconciler.js';
import { Witnesses } from '../reconcile/witnesses.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { UnsubscribeLinks } from '../suppression/unsubscribeLink.js';

/** What asks the platform in this process about those that are `unknown`. */
export function openReconcile(
  config: Config,
  parts: {
    redis: RedisClient;
    ledger: Ledger;
    queues: Queues;
    search: SearchIndex;
    client: GenesysClient;
    identities: IdentityLookup;
    checkpoints: CheckpointStore<Findings>;
    content: SentContent;
    templates: TemplateStore;
    unsubscribeLinks?: UnsubscribeLinks;
    log: Logger;
    observe: ReconcileObserver;
    onResult: (result: ReconcileResult) => void;
    noteRedis: (error: unknown) => boolean;
  },
): Reconciler {
  const { redis, ledger, search } = parts;
  const { UNKNOWN_POLICY, RECONCILE_AFTER, DELIVERY_CHECK_AFTER: checkAfterMs } = config;
  const asksTogether = deliveryChecksOf(config) === 'together';
  return new Reconciler({
    ...parts,
    known: new KnownMessages(redis, ledger, search),
    list: new LookList(redis, ledger.keys),
    witnesses: new Witnesses(redis, ledger, parts.client),
    policies: UNKNOWN_POLICY,
    delays: RECONCILE_AFTER,
    deliveryCheckAfter: (channel) => {
      const { confirmsDelivery, reports } = factsOf(channel);
      const isFollowed = confirmsDelivery || (asksTogether && reports !== undefined);
      return isFollowed && checkAfterMs > 0 ? checkAfterMs : undefined;
    },
  });
}
