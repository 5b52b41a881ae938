import { z } from 'zod';

/** A web messaging deployment that exists; `fromAddress` of a web message must name one. */
export const DEFAULT_DEPLOYMENT_ID = 'd0000000-0000-4000-8000-000000000001';

const milliseconds = z.number().int().min(0).max(600_000);

/** Everything that may be changed while the sandbox runs (`PATCH /_sandbox/settings`). */
export const settingsSchema = z.strictObject({
  clientId: z.string().min(1).default('sandbox'),
  clientSecret: z.string().min(1).default('sandbox-secret'),
  /** Genesys: 300 s to 48 h, 24 h by default. Shorter is allowed here, to test expiry. */
  tokenLifetimeSeconds: z.number().positive().max(172_800).default(86_400),
  /** Genesys: 300 per OAuth client. 0 lifts the limit. */
  requestsPerMinute: z.number().int().min(0).default(300),
  /** The span `requestsPerMinute` is counted over; shorten it to test limits quickly. */
  rateLimitWindowMs: z.number().int().min(1).default(60_000),
  /** Granted permissions; null grants everything. */
  permissions: z.array(z.string().min(1)).nullable().default(null),
  /** Added to every platform answer. */
  latencyMs: milliseconds.default(0),
  /** How long after a send the analytics query starts to see it. Genesys: seconds to minutes. */
  indexingLagMs: milliseconds.default(2000),
  /**
   * How the texts of sent messages are read back: as they were sent, or with CRLF and without the
   * blanks at the ends of lines. Which of them the platform does is not documented.
   */
  textsReadBack: z.enum(['as-sent', 'normalized']).default('as-sent'),
  /** How long a web or SMS message stays `queued` and `sent` before its delivery is known. */
  deliveryDelayMs: milliseconds.default(300),
  /** How long after an email it is known to have bounced. Genesys: 20 to 25 s. */
  emailBounceMs: milliseconds.default(22_000),
  /** Whether a filter by `canonicalExternalContactId` finds anything; not known of the platform. */
  canonicalContactFilter: z.boolean().default(true),
  /** Genesys sends a heartbeat on each socket every 30 s. */
  heartbeatSeconds: z.number().positive().max(3600).default(30),
  /** Genesys: 24 h, counted anew from each change of the subscriptions. */
  channelLifetimeSeconds: z.number().positive().max(86_400).default(86_400),
  /** Whether conversations are recorded; the list of recordings is empty when not. */
  recordings: z.boolean().default(true),
  /** How long after the end of a conversation its recording is ready; a 202 until then. */
  recordingDelayMs: z.number().int().min(0).default(0),
  /** How long a contact export, an analytics job or a recording batch takes. */
  exportDurationMs: milliseconds.default(300),
  jobDurationMs: milliseconds.default(300),
  batchDurationMs: milliseconds.default(300),
  /** Analytics jobs that may run at once; one more is a 429 that names this limit. */
  concurrentJobs: z.number().int().min(1).default(10),
  /** The largest page of a job's results; the real maximum is not published. */
  jobPageSize: z.number().int().min(1).default(1000),
  /** How far analytics jobs lag behind: later conversations are not in their results. */
  dataAvailabilityLagMs: z.number().int().min(0).default(0),
  /** Whether conversations have AI summaries, and how the platform says that they have not. */
  summaries: z.enum(['on', 'off', 'empty', 'forbidden']).default('off'),
  /** The language of all summaries; null takes the customer's. */
  summaryLanguage: z.enum(['en', 'de', 'es', 'ja', 'ar', 'he']).nullable().default(null),
  /** What the organisation's limits say; null says what `requestsPerMinute` does. */
  reportedRequestsPerMinute: z.number().int().min(1).nullable().default(null),
  /** Masks card numbers, email addresses and phone numbers in recordings: an organisation's choice. */
  sensitiveDataRedaction: z.boolean().default(false),
  deploymentId: z.string().min(1).default(DEFAULT_DEPLOYMENT_ID),
  /** Domains verified for outbound email; null verifies every one that is asked for. */
  verifiedEmailDomains: z.array(z.string().min(1)).nullable().default(null),
  /** The real platform's cap is not published; more predicates in one filter are a 400 here. */
  predicatesPerFilter: z.number().int().min(1).default(100),
});

export type Settings = z.output<typeof settingsSchema>;

type Shape = typeof settingsSchema.shape;

/** Without the defaults, or a change of one setting would put all others back. */
const patchShape = Object.fromEntries(
  Object.entries(settingsSchema.shape).map(([name, schema]) => [name, schema.unwrap().optional()]),
) as { [K in keyof Shape]: z.ZodOptional<ReturnType<Shape[K]['unwrap']>> };

export const settingsPatchSchema = z.strictObject(patchShape);
