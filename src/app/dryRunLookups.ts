import { pino } from 'pino';
import { type Config, genesysSettings } from '../config.js';
import type { Limiter, RequestLane } from '../genesys/call.js';
import { createGenesysClient } from '../genesys/genesysClient.js';
import { ConversationLoader } from '../history/conversationLoader.js';
import { IdentityLookup } from '../history/identity.js';
import type { NotificationRequest } from '../notification/request.js';
import { type DryRunResult, dryRun } from '../pipeline/dryRun.js';
import { policyFor } from '../policy/policy.js';
import { extraNeeds } from '../policy/relevance.js';
import type { Consent } from '../suppression/consent.js';
import type { CompiledTemplate } from '../templates/compile.js';

/** Dry runs of requests: what would happen to them, without sending or storing anything. */
export interface DryRunLookups {
  dryRun(
    request: NotificationRequest,
    template: CompiledTemplate,
    lane: RequestLane,
  ): Promise<DryRunResult>;
  close(): Promise<void>;
}

/** Opens the parts that dry runs need, as a worker of this configuration would have them. */
export async function openDryRunLookups(
  config: Config,
  admission: Limiter,
  consent: Pick<Consent, 'facts'>,
): Promise<DryRunLookups> {
  const log = pino({ level: 'silent' });
  const client = await createGenesysClient(genesysSettings(config), { admission, log });
  const parts = {
    client,
    conversations: new ConversationLoader(client, log),
    identities: new IdentityLookup(client),
    config,
    policy: policyFor(config),
    consent,
    defaultChannels: config.NOTIFY_CHANNELS,
    defaultLookbackDays: config.HISTORY_LOOKBACK_DAYS,
    transcriptSource: config.HISTORY_TRANSCRIPT_SOURCE,
    extraNeeds: extraNeeds(config),
  };
  return {
    dryRun: (request, template, lane) => dryRun(request, template, parts, { lane }),
    close: () => client.close(),
  };
}
