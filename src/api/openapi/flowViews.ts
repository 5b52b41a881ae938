import { z } from 'zod';
import type { ObstacleView } from '../../queue/fleetStatusView.js';
import { OBSTACLE_KINDS } from '../../queue/flowStatus.js';

/* How the deployment stands: see `flowStatus`. */

const time = z.iso.datetime();

/** One thing in the way of notifications, as every face says it. */
export const obstacle = z.looseObject({
  kind: z.enum(OBSTACLE_KINDS),
  stops: z.boolean().meta({ description: 'Nothing at all is sent while it lasts.' }),
  who: z.enum(['you', 'Genesys Cloud']).meta({ description: 'Who can do something about it.' }),
  since: time.exactOptional(),
  until: time.exactOptional(),
  detail: z.string().meta({ description: 'What is so, in a sentence.' }),
  remedy: z.string().meta({ description: 'What to do about it.' }),
  command: z.string().exactOptional().meta({ description: 'The command that does it.' }),
}) satisfies z.ZodType<ObstacleView>;

/** Whether notifications flow, or the gravest thing that stops them. */
export const flow = z.enum(['flows', ...OBSTACLE_KINDS]);

const worker = z.looseObject({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  since: time,
  seenAt: time.meta({ description: 'Its last heartbeat, by the time of Redis.' }),
  concurrency: z.int(),
  jobs: z.looseObject({ transactional: z.int(), campaign: z.int() }),
  breaker: z
    .looseObject({
      state: z.enum(['open', 'half-open']),
      kind: z.enum(['credentials', 'permission']),
      detail: z.string(),
      since: time,
    })
    .exactOptional()
    .meta({ description: 'Its access to Genesys Cloud is broken; it takes no jobs.' }),
  notReady: z.array(z.string()).exactOptional(),
  notReadySince: time.exactOptional(),
});

/** The workers of the deployment. */
export const workers = z.looseObject({
  alive: z.int(),
  held: z.int().meta({ description: 'Those of the living that take no jobs.' }),
  jobsOfGone: z.int().meta({
    description:
      'Jobs, counted as active, of workers that are gone; a worker that takes jobs goes on with them within a minute.',
  }),
  lastSeenAt: time.exactOptional(),
  list: z.array(worker),
  vanished: z
    .array(worker)
    .meta({ description: 'Workers that ended without leaving, for an hour.' }),
});
