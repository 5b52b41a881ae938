import { z } from 'zod';
import type { RecoveryReport } from './recovery.js';

const time = z.iso.datetime();

export const recoverySchema = z
  .object({
    dryRun: z.boolean(),
    since: time.meta({ description: 'Up to when Redis knows what happened.' }),
    until: time.meta({ description: 'From then on nothing was sent.' }),
    putBack: z.int().meta({ description: 'Notifications that surviving workers have put back.' }),
    silentWorkers: z.int().meta({ description: 'Workers that live and have not reported yet.' }),
    looked: z.int().meta({ description: 'Notifications that had not ended.' }),
    doubted: z.int().meta({
      description: 'Those of them that may have been sent: unknown, until they were looked for.',
    }),
    campaigns: z
      .array(
        z.object({
          id: z.string(),
          waiting: z.int().meta({ description: 'Rows that wait, as far as Redis knows.' }),
          released: z.int().meta({ description: 'Rows that it knows to be released.' }),
          rememberedRow: z
            .int()
            .optional()
            .meta({ description: 'The highest row number that a worker remembers.' }),
        }),
      )
      .meta({ description: 'Paused, since waiting rows may have been sent: a person decides.' }),
  })
  .meta({ id: 'Recovery' });

export function recoveryView(
  { lost, silent, ...counts }: RecoveryReport,
  dryRun: boolean,
): z.infer<typeof recoverySchema> {
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    dryRun,
    since: iso(lost.since),
    until: iso(lost.until),
    silentWorkers: silent,
    ...counts,
  };
}
