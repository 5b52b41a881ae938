import { pino } from 'pino';
import type { Allowance } from '../campaign/allowance.js';
import type { Campaign, RowHours } from '../campaign/campaign.js';
import type { CustomerEstimate, Lookup } from '../campaign/dryRun/forecast.js';
import { type CostSettings, EarlierSpending } from '../campaign/earlierSpending.js';
import { spentBesides } from '../campaign/spentRequests.js';
import type { Config } from '../config.js';
import { usableName } from '../context/customerName.js';
import { deliveryChecksOf } from '../delivery/deliveryChecks.js';
import { channelsFor, requiresHistory } from '../history/lookup.js';
import { describeLookupError } from '../history/lookupError.js';
import { LARGEST_BATCH } from '../history/pendingLookup.js';
import { isConfigured } from '../notification/channelFacts.js';
import type { NotificationRequest } from '../notification/request.js';
import type { DryRunResult } from '../pipeline/dryRun.js';
import { estimate } from '../pipeline/estimate.js';
import { TemplateStore } from '../pipeline/prepare.js';
import { policyFor } from '../policy/policy.js';
import { extraNeeds } from '../policy/relevance.js';
import { Budget } from '../ratelimit/budget.js';
import { PLANNED_SHARE } from '../ratelimit/rateLimiter.js';
import { redisClock } from '../redis/clock.js';
import { campaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { Consent } from '../suppression/consent.js';
import { consentAddresses } from '../suppression/consentIdentity.js';
import type { TemplateCatalogue } from '../templates/catalogue.js';
import type { CompiledTemplate } from '../templates/compile.js';
import { quotingOf } from '../templates/loadTemplates.js';
import { rowHours } from './campaignHours.js';
import { openConsentFacts } from './openConsentFacts.js';

/** What of the configuration makes a row of a campaign cost more or less. */
export function costSettings(config: Config): CostSettings {
  return {
    defaultChannels: config.NOTIFY_CHANNELS,
    transcriptSource: config.HISTORY_TRANSCRIPT_SOURCE,
    deliveryChecks: deliveryChecksOf(config),
    extraNeeds: extraNeeds(config)({ priority: 'campaign' }),
  };
}

/** Customers to look up together, as a worker's jobs do. */
const LOOKED_UP_AT_A_TIME = 10;

/**
 * What dry runs know of the deployment: what the configuration of this process says. An api may have
 * none of the platform's settings: then every channel counts as configured, and no customer can be
 * looked up.
 */
export class CampaignEstimates {
  readonly hours: RowHours | undefined;
  readonly #config: Config;
  readonly #catalogue: TemplateCatalogue;
  readonly #templates: TemplateStore;
  readonly #budget: Budget;
  readonly #redis: RedisClient;
  readonly #earlier: EarlierSpending;
  readonly #consent: Consent;

  constructor(config: Config, parts: { redis: RedisClient; catalogue: TemplateCatalogue }) {
    this.hours = rowHours(config);
    this.#config = config;
    this.#catalogue = parts.catalogue;
    this.#templates = new TemplateStore(parts.catalogue, quotingOf(config));
    const { QUEUE_PREFIX: prefix, GENESYS_REQUESTS_PER_MINUTE: requestsPerMinute } = config;
    const log = pino({ level: 'silent' });
    this.#redis = parts.redis;
    this.#earlier = new EarlierSpending(parts.redis, campaignKeys(prefix), costSettings(config));
    this.#consent = openConsentFacts(config, parts.redis);
    this.#budget = Budget.open(parts.redis, prefix, { requestsPerMinute }, { log });
  }

  /** The requests that there are, what the last 429s have left of them, and what others use. */
  async allowance(): Promise<Allowance> {
    const { QUEUE_PREFIX: prefix, GENESYS_REQUESTS_PER_MINUTE: budget } = this.#config;
    const now = redisClock(this.#redis, prefix).now();
    const [pace, besidesPerMinute] = await Promise.all([
      this.#budget.pace(),
      spentBesides(this.#redis, campaignKeys(prefix), now),
    ]);
    return { requestsPerMinute: budget * PLANNED_SHARE, pace, besidesPerMinute };
  }

  /** Undefined when the campaign's template is not known any more. */
  async estimateFor(campaign: Campaign): Promise<CustomerEstimate | undefined> {
    const template = await this.#templateOf(campaign);
    if (template === undefined) return undefined;
    const config = this.#config;
    const { defaults } = campaign;
    const request = { ...defaults, recipient: {}, template: template.name };
    const channels = channelsFor(request, template, config.NOTIFY_CHANNELS);
    return {
      template,
      channels,
      requiresHistory: ({ history }) =>
        requiresHistory({ ...request, ...(history && { history }) }, template, channels),
      nameIn: ({ recipient }) => usableName(recipient.name),
      outlook: estimate(template, {
        policy: policyFor(config),
        defaultChannels: config.NOTIFY_CHANNELS,
        isConfigured: (channel) => !this.#knowsPlatform || isConfigured(channel, config),
        transcriptSource: config.HISTORY_TRANSCRIPT_SOURCE,
        extraNeeds: extraNeeds(config),
        historyBatch: Math.min(config.WORKER_CONCURRENCY, LARGEST_BATCH),
        deliveryChecks: deliveryChecksOf(config),
      }),
      factsOf: (requests) =>
        this.#consent.factsOfAll(
          requests.map((each) => ({
            addresses: consentAddresses(each),
            lane: each.priority ?? 'transactional',
          })),
        ),
      earlier: await this.#earlier.expected(campaign, template.hash),
      readsRecordings: config.HISTORY_TRANSCRIPT_SOURCE === 'recordings',
      lookUp: this.#knowsPlatform ? (requests) => this.#lookUp(requests, template) : undefined,
      assumptions: this.#knowsPlatform
        ? []
        : ['The workers have settings for every channel; this process has none to look at.'],
    };
  }

  /** What would be pinned if it were started now, or what is. */
  async #templateOf(campaign: Campaign): Promise<CompiledTemplate | undefined> {
    const { startedAt, template, templateHash } = campaign;
    const newest = startedAt === undefined ? await this.#catalogue.find(template) : undefined;
    return this.#templates.get(newest?.hash ?? templateHash);
  }

  get #knowsPlatform(): boolean {
    const config = this.#config;
    return (
      hasAll(config, ['GENESYS_CLOUD_CLIENT_ID', 'GENESYS_CLOUD_CLIENT_SECRET']) &&
      (hasAll(config, ['GENESYS_CLOUD_REGION']) || hasAll(config, ['GENESYS_CLOUD_BASE_URL']))
    );
  }

  /** In the campaigns' lane: nothing urgent waits for it. */
  async #lookUp(
    requests: readonly NotificationRequest[],
    template: CompiledTemplate,
  ): Promise<Lookup[]> {
    // Loaded when it is needed: it brings the platform's SDK along, and most commands can do without.
    const { openDryRunLookups } = await import('./dryRunLookups.js');
    const dryRuns = await openDryRunLookups(this.#config, this.#budget, this.#consent);
    try {
      const lookups: Lookup[] = [];
      for (let start = 0; start < requests.length; start += LOOKED_UP_AT_A_TIME) {
        const together = requests.slice(start, start + LOOKED_UP_AT_A_TIME);
        const results = await Promise.all(
          together.map((request) => dryRuns.dryRun(request, template, 'campaign')),
        );
        lookups.push(...results.map(lookupOf));
        if (results.some(isHopeless)) break;
      }
      return lookups;
    } finally {
      await dryRuns.close();
    }
  }
}

function hasAll(config: Config, names: readonly (keyof Config)[]): boolean {
  return names.every((name) => config[name] !== undefined);
}

function lookupOf(result: DryRunResult): Lookup {
  if (result.would === 'not_know') {
    return { kind: 'not_known', because: describeLookupError(result.trouble) };
  }
  const { would, lookup } = result;
  return {
    kind: 'asked',
    found: lookup?.identity.externalContactId !== undefined,
    hasHistory: (lookup?.conversations.length ?? 0) > 0,
    would,
  };
}

/** The next customer would get the same answer, or none. */
function isHopeless(result: DryRunResult): boolean {
  if (result.would !== 'not_know') return false;
  const { kind } = result.trouble;
  return kind === 'hold' || kind === 'rate_limited' || kind === 'stopping';
}
