import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { OPERATIONS } from '../operation.js';
import type { World } from '../world.js';
import { checked } from './input.js';

const timeoutMs = z.coerce.number().int().min(0).max(120_000).default(5000);
const count = z.coerce.number().int().min(1).default(1);

const requestsQuery = z.strictObject({
  /** Epoch milliseconds: only requests that arrived then or later. */
  since: z.coerce.number().min(0).default(0),
  /** Answer only once `count` requests to this endpoint (`*`: any) have arrived, or after `timeoutMs`. */
  wait: z.enum([...OPERATIONS, '*']).optional(),
  count,
  timeoutMs,
});

const deliveriesQuery = z.strictObject({
  /** An address, an external contact id, or the customer's email whichever channel was used. */
  to: z.string().min(1).optional(),
  /** Answer only once `count` deliveries were made, or after `timeoutMs`. */
  wait: z.stringbool().default(false),
  count,
  timeoutMs,
});

const bound = (capacity: number): number | null => (Number.isFinite(capacity) ? capacity : null);

/** What arrived and what was delivered. `bound` is how many are kept, null for all of them. */
export function recordRoutes(app: FastifyInstance, { requests, inbox }: World): void {
  app.get('/requests', async ({ query }) => {
    const asked = checked(requestsQuery, query);
    const operation = asked.wait === '*' ? undefined : asked.wait;
    const reached =
      asked.wait === undefined || (await requests.waitFor(asked.count, operation, asked.timeoutMs));
    return {
      reached,
      total: requests.count(),
      counts: requests.countByOperation(),
      bound: bound(requests.capacity),
      dropped: requests.dropped,
      requests: requests.list(asked.since),
    };
  });
  app.delete('/requests', (_request, reply) => {
    requests.clear();
    return reply.code(204).send();
  });

  app.get('/deliveries', async ({ query }) => {
    const asked = checked(deliveriesQuery, query);
    const reached = !asked.wait || (await inbox.waitFor(asked.count, asked.to, asked.timeoutMs));
    return {
      reached,
      total: inbox.total,
      bound: bound(inbox.capacity),
      deliveries: inbox.list(asked.to),
    };
  });
  app.delete('/deliveries', (_request, reply) => {
    inbox.clear();
    return reply.code(204).send();
  });
}
