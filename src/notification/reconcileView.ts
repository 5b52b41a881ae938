import { z } from 'zod';
import type { NotificationRecord } from './record.js';

/** Who decides what became of an `unknown`: what `reconcileOf` makes, and what is documented of it. */
export const reconcileView = z
  .object({
    looks: z.int().meta({
      description: 'How often the platform was asked for the message and answered in full.',
    }),
    nextLookAt: z.iso.datetime().optional().meta({ description: 'When it is asked next.' }),
    decides: z.enum(['platform', 'person']).meta({
      description:
        'platform: it is asked again, and decides if it has the message; a person may decide before. person: it is not asked any more.',
    }),
  })
  .meta({
    id: 'Reconcile',
    description: 'Only in state unknown: who finds out whether the message was sent.',
  });

type Reconcile = z.infer<typeof reconcileView>;

/** Undefined unless it is `unknown`. Records of a version that asked nothing wait for a person. */
export function reconcileOf({ state, looks }: NotificationRecord): Reconcile | undefined {
  if (state !== 'unknown') return undefined;
  const { made = 0, nextAt } = looks ?? {};
  if (nextAt === undefined) return { looks: made, decides: 'person' };
  return { looks: made, nextLookAt: new Date(nextAt).toISOString(), decides: 'platform' };
}
