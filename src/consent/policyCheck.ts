import type { FieldProblem, NotificationRequest } from '../notification/request.js';
import type { Channel, Lane } from '../notification/state.js';
import { type PolicySettings, policyOf, rulesFor } from '../policy/policy.js';
import type { Sending, Verdict } from '../policy/rule.js';
import { untilConnected, withTimeout } from '../queue/timeout.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { Consent } from '../suppression/consent.js';
import { consentAddresses } from '../suppression/consentIdentity.js';
import type { TemplateCatalogue } from '../templates/catalogue.js';
import { ASKED_RULES, type AskedRule, whyOf } from './ruleWords.js';

/** A notification that is not sent: whom it would be for, and how. */
export interface PolicyQuestion {
  recipient: NotificationRequest['recipient'];
  /** Whose default channels count where none are named. */
  template?: string;
  channels?: readonly Channel[];
  priority?: Lane;
}

/** What one rule says, and why: a sentence without personal data. */
type RuleFinding = Verdict & { rule: AskedRule; why: string };

interface ChannelFinding {
  channel: Channel;
  /** What all rules say together. */
  verdict: Verdict;
  rules: readonly RuleFinding[];
}

export interface PolicyCheck {
  /** When it was asked (epoch ms, by the clock of Redis). */
  at: number;
  priority: Lane;
  /** What would come of a notification: the first channel that no rule skips decides. */
  verdict: Verdict;
  channels: readonly ChannelFinding[];
  /** Of the priority asked for; absent where it has none. Places are taken by what was sent lately. */
  cap?: { places: number; spanMs: number; taken: number };
}

export type PolicyAnswer =
  | { kind: 'checked'; check: PolicyCheck }
  | { kind: 'invalid'; problems: readonly FieldProblem[] };

interface PolicyChecksParts {
  redis: RedisClient;
  consent: Pick<Consent, 'facts'>;
  catalogue: Pick<TemplateCatalogue, 'find' | 'names'>;
  settings: PolicySettings & { NOTIFY_CHANNELS: readonly Channel[] };
  /** Epoch ms, by the clock of Redis. */
  now(): number;
}

/**
 * Asks the rules of a deployment about a recipient without sending. It knows what a worker knows before
 * the look-ups: an address that only Genesys Cloud knows of them, and their last conversation, it does not.
 */
export class PolicyChecks {
  readonly #parts: PolicyChecksParts;
  readonly #rules: ReturnType<typeof rulesFor>;

  constructor(parts: PolicyChecksParts) {
    this.#parts = parts;
    this.#rules = rulesFor(parts.settings);
  }

  /** @throws RedisUnavailableError: a fact that cannot be read is not one that is not there */
  check(question: PolicyQuestion): Promise<PolicyAnswer> {
    return withTimeout(untilConnected(this.#parts.redis).then(() => this.#check(question)));
  }

  async #check({ recipient, template, channels, priority }: PolicyQuestion): Promise<PolicyAnswer> {
    const { consent, settings, now } = this.#parts;
    const order = channels ?? (await this.#defaultChannels(template));
    if (order === undefined) {
      const names = (await this.#parts.catalogue.names()).join(', ');
      const expected =
        names === '' ? 'to be left out: no template is known yet' : `one of ${names}`;
      return { kind: 'invalid', problems: [{ field: 'template', expected }] };
    }
    const lane = priority ?? 'transactional';
    const request = { recipient, template: template ?? '', channels: [...order], priority: lane };
    const facts = await consent.facts({ addresses: consentAddresses(request), lane });
    const at = now();
    const policy = policyOf(Object.values(this.#rules));
    const cap = settings.FREQUENCY_CAP?.[lane];
    const check: PolicyCheck = {
      at,
      priority: lane,
      verdict: policy(request, order, at, facts),
      channels: order.map((channel) => ({
        channel,
        verdict: policy(request, [channel], at, facts),
        rules: findingsOf(this.#rules, { request, channel, now: at, facts }, settings),
      })),
      cap: cap === undefined ? undefined : { ...cap, taken: facts.placesTaken },
    };
    return { kind: 'checked', check };
  }

  /** Undefined when there is no such template. */
  async #defaultChannels(template: string | undefined): Promise<readonly Channel[] | undefined> {
    if (template === undefined) return this.#parts.settings.NOTIFY_CHANNELS;
    return (await this.#parts.catalogue.find(template))?.defaultChannels;
  }
}

function findingsOf(
  rules: ReturnType<typeof rulesFor>,
  sending: Sending,
  settings: PolicySettings,
): RuleFinding[] {
  return ASKED_RULES.map((rule) => {
    const verdict = rules[rule](sending);
    return { ...verdict, rule, why: whyOf(rule, { verdict, sending, settings }) };
  });
}
