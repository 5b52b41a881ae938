import type { Config } from './config.js';

/** What is said of a setting wherever people read of it: in docs/configuration.md and in the console. */
interface SettingWords {
  /** What it is where it is left out, as one would write it. */
  initially?: string;
  /** In the words of docs/configuration.md, without its links. */
  meaning: string;
}

/** Every setting: a test compares this with docs/configuration.md. */
export const SETTING_WORDS: Readonly<Record<keyof Config, SettingWords>> = {
  REDIS_URL: {
    initially: 'redis://127.0.0.1:6379',
    meaning:
      'one URL; several, comma separated, for a cluster; `redis+sentinel://host:26379/master`',
  },
  QUEUE_PREFIX: { initially: '{notifier}', meaning: 'prefix of all keys; carries a `{hash-tag}`' },
  GENESYS_CLOUD_REGION: { meaning: 'region of the organisation' },
  GENESYS_CLOUD_CLIENT_ID: { meaning: 'the id of the OAuth client' },
  GENESYS_CLOUD_CLIENT_SECRET: { meaning: 'the secret of the OAuth client' },
  GENESYS_CLOUD_BASE_URL: { meaning: 'a gateway or the sandbox, instead of a region' },
  GENESYS_ENGAGE_URL: {
    meaning:
      'serves `/api/v2/engage/messages`, for the channel `engage`, which sends the subject and the HTML of the email parts, from `GENESYS_EMAIL_FROM`',
  },
  GENESYS_REQUESTS_PER_MINUTE: {
    initially: '300',
    meaning: "the OAuth client's allowance, shared by all workers",
  },
  GENESYS_WEB_DEPLOYMENT_ID: { meaning: 'web messaging deployment, for the channel `web`' },
  GENESYS_EMAIL_FROM: { meaning: 'sender of emails, for the channels `email` and `engage`' },
  GENESYS_EMAIL_FROM_NAME: { meaning: 'display name of that sender' },
  GENESYS_EMAIL_REPLY_TO: { meaning: 'where answers to emails go' },
  GENESYS_SMS_FROM: { meaning: 'E.164 number, for the channel `sms`' },
  NOTIFY_CHANNELS: {
    initially: 'web,email',
    meaning: 'the channels of a request that names none, in the order in which they are tried',
  },
  DEFAULT_COUNTRY: {
    meaning:
      'country (`GB`) of phone numbers without + and country code; without it such numbers are refused',
  },
  NOTIFY_ONLY_TO: {
    meaning: 'addresses, `@domains`, numbers, contact ids; every other recipient is skipped',
  },
  FREQUENCY_CAP: {
    meaning:
      'how many notifications one recipient gets within a span: `2/7d` for campaigns, or `campaign:2/7d,transactional:10/1d`',
  },
  PLUS_ADDRESSES: {
    initially: 'distinct',
    meaning:
      'whether `a+x@b.example` is another person than `a@b.example`, for suppression and caps: `distinct` or `same`',
  },
  NOTIFIER_SECRET: {
    meaning:
      'keys hashes and encrypts requests, histories and caches; the same in every process; needed unless Redis and API are on loopback; `id:secret,…` rotates: the first encrypts, and an old one is kept as long as requests are',
  },
  DELIVERY_CHECK_AFTER: {
    initially: '60s',
    meaning: 'by when it is known whether a web message arrived; `0s` never',
  },
  DELIVERY_EVENTS: {
    initially: 'auto',
    meaning:
      'hears of undelivered web messages, and asks about many messages in one request; `off` asks about each web message by itself, and about no other',
  },
  UNKNOWN_POLICY: {
    initially: 'hold',
    meaning:
      'what becomes of an `unknown` whose message is surely not on the platform: `hold` it for a person, or `resend` it; or by priority: `transactional:resend,campaign:hold`',
  },
  RECONCILE_AFTER: {
    initially: '20s,2m,10m,1h',
    meaning:
      'how long after a notification became `unknown` the platform is asked what became of it; the last one has to be longer than its statistics lag behind',
  },
  ACTIVE_CONVERSATION: {
    initially: 'defer',
    meaning:
      'while the customer is in a conversation: `defer` the message, or try the `next-channel`',
  },
  INTENT_DURABILITY: {
    meaning:
      'what must be so of an intent before its message leaves: Redis has it on the disk (`fsync`), a replica has it (`replica`), or Redis has it in memory (`none`); without it, the best that Redis can do',
  },
  QUIET_HOURS: {
    meaning:
      "hours in which messages wait, by the recipient's clock: `21:00-08:00`, or by the days on which they begin: `Mon-Fri 21:00-08:00, Sat-Sun 20:00-10:00`",
  },
  QUIET_HOLIDAYS: {
    meaning:
      'a file of days on which messages wait, one a line: `2026-12-25`, or `12-25` for every year',
  },
  QUIET_TIME_ZONE: {
    meaning: 'the time zone of recipients whose own is not known; needed with quiet hours',
  },
  QUIET_HOURS_FOR: {
    initially: 'campaign',
    meaning: 'which messages wait: those of the priority `campaign`, or `all`',
  },
  QUIET_HOURS_PAST_DEADLINE: {
    initially: 'expire',
    meaning:
      'a message whose deadline comes before the hours end: let it `expire`, or `send` it in them',
  },
  RECENT_CONVERSATION: {
    meaning:
      'a campaign message to a customer who has been in a conversation within a time: skip it (`skip:48h`), or wait until that is over (`defer:4h`)',
  },
  BAD_ENDING: {
    initially: 'off',
    meaning: 'a campaign message to a customer whose last conversation was negative: `skip` it',
  },
  CHECKPOINT_MAX_AGE: {
    initially: '1h',
    meaning: 'how long a history that was found counts as fresh',
  },
  IDENTITY_CACHE_FOR: {
    initially: '10m',
    meaning: 'how long a contact that was found by address or id is remembered; `0s` never',
  },
  CONTEXT_CACHE_FOR: {
    initially: '5m',
    meaning:
      "how long what a customer's history says is remembered, and what was fetched ahead for a campaign is used; `0s` never",
  },
  LEDGER_RETENTION: { initially: '30d', meaning: 'how long an ended notification can be read' },
  REQUEST_RETENTION: { initially: '7d', meaning: 'how long an ended notification can be retried' },
  SEARCH_RETENTION: {
    initially: '7d',
    meaning:
      'how long a notification is found by recipient, message, conversation and outcome, at most `90d`; `0s` never',
  },
  EVENTS_RETENTION: {
    initially: '7d',
    meaning: 'how long events are kept for those who read them later, at most `90d`',
  },
  EVENTS_MAX: {
    initially: '2000000',
    meaning: 'how many events are kept; the oldest go first',
  },
  BACKLOG_MAX: {
    initially: '100000',
    meaning: 'waiting jobs, above which nothing more is accepted',
  },
  CAMPAIGN_RETENTION: {
    initially: '30d',
    meaning:
      'how long a campaign and its rows are kept after its end, or after it was last touched if it was never started',
  },
  CAMPAIGN_MAX_FAILURE_SHARE: {
    initially: '0.5',
    meaning:
      'a campaign pauses when more than this share of the last 100 rows that were tried has failed; `1` is never',
  },
  CAMPAIGN_MAX_UNKNOWN: {
    initially: '20',
    meaning: 'a campaign pauses when so many more of its rows have become `unknown`',
  },
  CAMPAIGN_INBOX_DIR: { meaning: 'a folder that the api watches for campaigns' },
  HISTORY_LOOKBACK_DAYS: { initially: '31', meaning: 'how far back conversations are looked for' },
  HISTORY_TRANSCRIPT_SOURCE: {
    initially: 'messages',
    meaning: 'what was said is read from `messages`, from `recordings` or from `summaries`',
  },
  WORKER_CONCURRENCY: {
    initially: '50',
    meaning:
      'jobs at a time, per queue and worker process; also how many customers one query can ask about',
  },
  API_HOST: { initially: '127.0.0.1', meaning: 'where the api listens' },
  API_PORT: { initially: '3000', meaning: 'the port of the api and of the console' },
  API_KEYS: { meaning: '`name:key,…`, needed off loopback; the name goes into the timeline' },
  UNSUBSCRIBE_PORT: {
    meaning: 'serves the page to unsubscribe, and nothing else; without it, it is on `API_PORT`',
  },
  WEBHOOKS_ALLOW_PRIVATE: {
    initially: 'off',
    meaning:
      '`on`: webhooks may lead to private and loopback addresses, and be http; for the api and the workers',
  },
  API_REQUESTS_PER_MINUTE: {
    initially: '6000',
    meaning:
      'of each key (of each address, without keys), per api process; a batch counts as one; `0` lifts the limit',
  },
  DASHBOARD_USER: {
    meaning:
      'one login to the console, as an operator; it or another way to log in is needed off loopback',
  },
  DASHBOARD_PASSWORD: { meaning: 'the password of `DASHBOARD_USER`, at least 12 characters' },
  CONSOLE_USERS: { meaning: 'a file of people and roles, or its entries with blanks between them' },
  PUBLIC_URL: {
    meaning:
      'where customers reach the page to unsubscribe, and people this console; needed for OpenID Connect',
  },
  OIDC_ISSUER: { meaning: 'a provider of logins by OpenID Connect, as it names itself' },
  OIDC_CLIENT_ID: { meaning: 'what the provider calls this console' },
  OIDC_CLIENT_SECRET: { meaning: 'the secret that belongs to it' },
  OIDC_SCOPES: { initially: 'openid profile', meaning: 'what the provider is asked for' },
  OIDC_ROLE_CLAIM: {
    initially: 'roles',
    meaning: 'the claim that says what a person is; dots lead into it: `realm_access.roles`',
  },
  OIDC_ROLES: {
    meaning:
      'which value of that claim gives which role: `console-admins=operator,marketing=editor`',
  },
  AUDIT_RETENTION: {
    initially: '400d',
    meaning: 'how long the audit keeps who did what; at most 500,000 entries',
  },
  DASHBOARD_ACTIONS: { initially: 'off', meaning: '`on` gives the dashboard its buttons' },
  HEALTH_PORT: {
    meaning:
      '`/healthz`, `/readyz` and `/metrics` of a worker (the api and `all` have theirs on `API_PORT`)',
  },
  QUOTE_CUSTOMERS: {
    initially: 'on',
    meaning: '`off`: no template repeats what was said in conversations, and none is read for it',
  },
  TEMPLATES_DIR: { meaning: 'a folder of templates, instead of the shipped ones' },
  LOG_LEVEL: {
    initially: 'info',
    meaning: 'how much is logged: `fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`',
  },
};
