import { z } from 'zod';
import { type FeedEvent, onTheWire } from '../events/event.js';
import { POST_ERRORS } from './webhookPost.js';

/** What came of an attempt. `retry`: it failed and is tried again; `given_up`: it is not. */
const DELIVERY_RESULTS = ['delivered', 'retry', 'given_up'] as const;

/** The event that a test sends. */
export const TEST_TYPE = 'webhook.test';

/** What an endpoint gets of an event: what the feed says of it. */
export function eventBody(event: FeedEvent): string {
  return JSON.stringify(onTheWire(event));
}

export function testBody(id: string, at: number): string {
  return JSON.stringify({ id, type: TEST_TYPE, at: new Date(at).toISOString() });
}

const attemptFields = {
  eventId: z.string().meta({ description: 'The header webhook-id of the request.' }),
  type: z.string(),
  notificationId: z.string().optional(),
  campaignId: z.string().optional(),
  attempt: z.int().meta({ description: 'The how-manieth attempt for this event.' }),
  result: z.enum(DELIVERY_RESULTS),
  status: z.int().optional().meta({ description: 'The HTTP status of the answer.' }),
  error: z.enum(POST_ERRORS).optional().meta({ description: 'Why there was no answer.' }),
  durationMs: z.int(),
};

/** An attempt as it is kept; times are epoch ms. */
export const deliverySchema = z.object({
  ...attemptFields,
  at: z.number(),
  nextAt: z.number().optional(),
  /** The beginning of an answer that is no success, encrypted, in base64. */
  answer: z.string().optional(),
});

export type Delivery = z.infer<typeof deliverySchema>;

/** An attempt as it is shown. */
export const deliveryViewSchema = z
  .object({
    at: z.iso.datetime(),
    ...attemptFields,
    nextAt: z.iso.datetime().optional().meta({ description: 'When it is tried again.' }),
    answer: z
      .string()
      .optional()
      .meta({ description: 'The first 200 characters of an answer that is no success.' }),
  })
  .meta({ id: 'WebhookDelivery' });

export type DeliveryView = z.infer<typeof deliveryViewSchema>;

const ANSWER_CHARACTERS = 200;

/** The beginning of an answer, on one line. */
export function shortAnswer(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, ' ')
    .trim()
    .slice(0, ANSWER_CHARACTERS);
}
