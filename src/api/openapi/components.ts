import { z } from 'zod';
import { campaignRequestSchema } from '../../campaign/request.js';
import { requestSchema } from '../../notification/request.js';
import { dryRunSchema, reasonSchema, retrySchema, startSchema } from '../requests.js';
import {
  campaignList,
  campaignView,
  dryRunAnswer,
  importAnswer,
  retryAnswer,
} from './campaignViews.js';
import {
  batchAnswer,
  gateAnswer,
  gateOpenedAnswer,
  healthAnswer,
  notificationView,
  pausedAnswer,
  problemDocument,
  resumedAnswer,
  statusAnswer,
  unknownList,
  verdictResults,
  verdicts,
} from './views.js';

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = { [keyword: string]: unknown };

const notificationRequest = schemaOf(requestSchema);

/** Everything the document's operations refer to. */
export const COMPONENTS = {
  NotificationRequest: notificationRequest,
  Notification: schemaOf(notificationView),
  Batch: {
    type: 'object',
    properties: {
      notifications: {
        type: 'array',
        minItems: 1,
        maxItems: 1_000,
        items: ref('NotificationRequest'),
        description: 'Each stands alone: a wrong one is refused, and the others are taken.',
      },
    },
    required: ['notifications'],
    additionalProperties: false,
  },
  BatchResults: schemaOf(batchAnswer),
  Verdict: schemaOf(
    z.strictObject({
      outcome: z.enum(['sent', 'not_sent']).meta({ description: 'What became of it.' }),
    }),
  ),
  UnknownList: schemaOf(unknownList),
  Verdicts: schemaOf(verdicts),
  VerdictResults: schemaOf(verdictResults),
  Stop: schemaOf(
    z.strictObject({
      reason: z.string().min(1).max(200).meta({ description: 'Why, in one line; others read it.' }),
    }),
  ),
  CampaignRequest: schemaOf(campaignRequestSchema),
  Campaign: schemaOf(campaignView),
  CampaignList: schemaOf(campaignList),
  ImportedRows: schemaOf(importAnswer),
  DryRunRequest: schemaOf(dryRunSchema),
  DryRun: schemaOf(dryRunAnswer),
  StartRequest: schemaOf(startSchema),
  StepReason: schemaOf(reasonSchema),
  RetryRequest: schemaOf(retrySchema),
  RetriedRows: schemaOf(retryAnswer),
  File: { type: 'string', description: 'A file, however long; it comes as it is read.' },
  Paused: schemaOf(pausedAnswer),
  Resumed: schemaOf(resumedAnswer),
  Status: schemaOf(statusAnswer),
  Gate: schemaOf(gateAnswer),
  GateOpened: schemaOf(gateOpenedAnswer),
  Health: schemaOf(healthAnswer),
  Metrics: { type: 'string', description: 'The text format of Prometheus.' },
  Problem: schemaOf(problemDocument),
} as const satisfies Record<string, JsonSchema>;

export type ComponentName =
  | 'NotificationRequest'
  | 'Notification'
  | 'Batch'
  | 'BatchResults'
  | 'Verdict'
  | 'UnknownList'
  | 'Verdicts'
  | 'VerdictResults'
  | 'Stop'
  | 'CampaignRequest'
  | 'Campaign'
  | 'CampaignList'
  | 'ImportedRows'
  | 'DryRunRequest'
  | 'DryRun'
  | 'StartRequest'
  | 'StepReason'
  | 'RetryRequest'
  | 'RetriedRows'
  | 'File'
  | 'Paused'
  | 'Resumed'
  | 'Status'
  | 'Gate'
  | 'GateOpened'
  | 'Health'
  | 'Metrics'
  | 'Problem';

export function ref(name: ComponentName): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
  });
  return withoutRecursion(described);
}

/**
 * "Any JSON value" comes out of the schema library as a definition that refers to itself, at a place
 * no longer found once it is a component. An empty schema says the same.
 */
function withoutRecursion(schema: JsonSchema): JsonSchema {
  const { $defs: _anyJson, ...rest } = schema;
  return JSON.parse(
    JSON.stringify(rest, (_key, value: unknown) => (isOwnReference(value) ? {} : value)),
  ) as JsonSchema;
}

function isOwnReference(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { $ref } = value as { $ref?: unknown };
  return typeof $ref === 'string' && $ref.startsWith('#/$defs/');
}
