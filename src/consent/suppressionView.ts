import { z } from 'zod';
import { CHANNELS } from '../notification/state.js';
import { SUPPRESSION_SOURCES, type Suppression } from '../suppression/suppression.js';

/** An entry as people and programs see it. The address is not kept, so it is not part of it. */
export const suppressionSchema = z
  .object({
    channels: z.union([z.literal('all'), z.array(z.enum(CHANNELS))]),
    source: z.enum(SUPPRESSION_SOURCES),
    reason: z.string().optional(),
    author: z.string().meta({ description: 'Who put it there, or what found it.' }),
    at: z.iso.datetime(),
    until: z.iso.datetime().optional().meta({ description: 'When it ends by itself.' }),
  })
  .meta({ id: 'Suppression' });

export type SuppressionView = z.input<typeof suppressionSchema>;

export function suppressionView(suppression: Suppression): SuppressionView {
  const { channels, source, reason, author, at, until } = suppression;
  return {
    channels: channels === 'all' ? channels : [...channels],
    source,
    reason,
    author,
    at: new Date(at).toISOString(),
    until: until === undefined ? undefined : new Date(until).toISOString(),
  };
}

const count = z.int().min(0);

export const suppressionSummarySchema = z
  .object({
    total: count.meta({ description: 'Entries in all.' }),
    bySource: z.object({
      person: count,
      import: count,
      unsubscribe: count,
      bounce: count,
      stop: count,
    }),
  })
  .meta({ id: 'SuppressionSummary' });
