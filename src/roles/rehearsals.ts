import { pino } from 'pino';
import type { Config } from '../config.js';
import type { Admission, Lane } from '../genesys/admission.js';
import { createGenesysClient } from '../genesys/client.js';
import type { NotificationRequest } from '../notification/request.js';
import { ConversationLoader } from '../pipeline/conversationLoader.js';
import { IdentityLookup } from '../pipeline/identity.js';
import { type Rehearsal, rehearse } from '../pipeline/rehearsal.js';
import { onlyTo } from '../policy/allowedRecipients.js';
import type { CompiledTemplate } from '../templates/compile.js';
import { channelDrivers, genesysSettings } from './workerRole.js';

/** Rehearses requests: what would happen to them, without sending or storing anything. */
export interface Rehearsals {
  rehearse(
    request: NotificationRequest,
    template: CompiledTemplate,
    lane: Lane,
  ): Promise<Rehearsal>;
  close(): Promise<void>;
}

/** Opens the parts that rehearsals need, as a worker of this configuration would have them. */
export async function openRehearsals(config: Config, admission: Admission): Promise<Rehearsals> {
  const log = pino({ level: 'silent' });
  const client = await createGenesysClient(genesysSettings(config), { admission, log });
  const parts = {
    client,
    conversations: new ConversationLoader(client, log),
    identities: new IdentityLookup(client),
    drivers: channelDrivers(client, config),
    policy: onlyTo(config.NOTIFY_ONLY_TO),
    defaultChannels: config.NOTIFY_CHANNELS,
    defaultLookbackDays: config.HISTORY_LOOKBACK_DAYS,
    transcriptSource: config.HISTORY_TRANSCRIPT_SOURCE,
  };
  return {
    rehearse: (request, template, lane) => rehearse(request, template, parts, { lane }),
    close: () => client.close(),
  };
}
