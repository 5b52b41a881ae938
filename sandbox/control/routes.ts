import type { FastifyError, FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addDncList, type DncList, newDncListSchema } from '../bulk/dncLists.js';
import { ENDPOINTS } from '../endpoints.js';
import { FAULT_KINDS } from '../faults.js';
import { OPERATIONS } from '../operation.js';
import { WELL_KNOWN } from '../population/wellKnown.js';
import { settingsPatchSchema } from '../settings.js';
import type { World } from '../state.js';
import { channelControls } from './channels.js';
import {
  addCustomer,
  customerPatchSchema,
  customerView,
  findCustomer,
  generate,
  generateSchema,
  newCustomerSchema,
  patchCustomer,
} from './customers.js';
import { ControlError, checked } from './input.js';

/** What `GET /_sandbox/` answers: where everything is. */
function controlIndex({ settings, population, requests, inbox, faults }: World): object {
  return {
    about: 'A simulated Genesys Cloud. Nothing here reaches a real person.',
    clientId: settings.clientId,
    webDeploymentId: settings.deploymentId,
    customers: population.size,
    requests: requests.count(),
    deliveries: inbox.total,
    faults: faults.list().length,
    wellKnownCustomers: Object.fromEntries(
      Object.entries(WELL_KNOWN).map(([key, { id, email, phone }]) => [key, { id, email, phone }]),
    ),
    platform: [
      'POST /oauth/token',
      ...Object.values(ENDPOINTS).map(({ method, path }) => `${method} ${path}`),
    ],
    faultEndpoints: ['*', ...OPERATIONS],
    faultKinds: FAULT_KINDS,
    control: {
      'GET /_sandbox/inbox': 'a page for people: what customers got, in a browser',
      'GET /_sandbox/deliveries?to=&wait=true&count=&timeoutMs=': 'what customers really got',
      'GET /_sandbox/requests?since=&wait=ENDPOINT&count=&timeoutMs=': 'what arrived',
      'GET /_sandbox/downloads': 'files that were fetched; they are no platform requests',
      'DELETE /_sandbox/deliveries, /_sandbox/requests': 'forget them',
      'GET|POST /_sandbox/customers': 'list; add one, or {"generate": N}',
      'GET|PATCH /_sandbox/customers/ID_OR_ADDRESS':
        'online, activeConversation, emailOnContact, reads, emailBounces, bounceText, smsFails',
      'GET|POST /_sandbox/dnclists':
        'DNC lists: {name, contactMethod, entries: [{address, expiresAt}]}',
      'GET /_sandbox/channels?listening=&events=&timeoutMs=':
        'notification channels, and the events raised; waits for so many of them',
      'POST /_sandbox/channels': '{do: close | cut | freeze | thaw | warn | expire, channelId?}',
      'GET|POST|DELETE /_sandbox/faults': 'misbehave: {endpoint, kind, count | probability, …}',
      'GET|PATCH /_sandbox/settings':
        'rate limit, token lifetime, secret, permissions, delays, recordings, jobs, summaries',
      'POST /_sandbox/tokens/revoke': 'make every token invalid',
      'POST /_sandbox/reset': 'everything as it was at the start, but for tokens',
    },
  };
}

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
function recordRoutes(app: FastifyInstance, { requests, inbox, files }: World): void {
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

  app.get('/downloads', () => ({ downloads: files.downloads() }));

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

function shownList({ id, name, contactMethod, dncSourceType, entries }: DncList): object {
  return { id, name, contactMethod, dncSourceType, size: entries.length };
}

const keySchema = z.object({ id: z.string() });

/** The control and record API under /_sandbox. It needs no authentication and no rate applies. */
export function controlRoutes(app: FastifyInstance, world: World): void {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    reply.code(status).send({ error: status === 500 ? 'internal error' : error.message });
  });
  app.setNotFoundHandler((_request, reply) => {
    reply.code(404).send({ error: 'no such control path; GET /_sandbox/ lists them' });
  });

  app.get('/', () => controlIndex(world));
  recordRoutes(app, world);
  channelControls(app, world);

  app.get('/dnclists', () => ({ dnclists: world.dncLists.list().map(shownList) }));
  app.post('/dnclists', ({ body }, reply) =>
    reply.code(201).send(shownList(addDncList(world, checked(newDncListSchema, body)))),
  );

  app.get('/faults', () => ({ faults: world.faults.list() }));
  app.post('/faults', (request, reply) => {
    const added = world.faults.define(request.body);
    if (!added.ok) throw new ControlError(400, added.message);
    return reply.code(201).send(added.standing);
  });
  app.delete('/faults', (_request, reply) => {
    world.faults.clear();
    return reply.code(204).send();
  });

  app.get('/settings', () => world.settings);
  app.patch('/settings', (request) => {
    Object.assign(world.settings, checked(settingsPatchSchema, request.body));
    return world.settings;
  });
  app.post('/tokens/revoke', (_request, reply) => {
    world.tokens.revokeAll();
    return reply.code(204).send();
  });
  app.post('/reset', (_request, reply) => {
    world.reset();
    return reply.code(204).send();
  });

  const customerOf = (params: unknown) => {
    const customer = findCustomer(world, checked(keySchema, params).id);
    if (customer === undefined) throw new ControlError(404, 'no such customer');
    return customer;
  };
  app.get('/customers', () => ({
    customers: world.population.customers().map((customer) => customerView(world, customer)),
  }));
  app.get('/customers/:id', ({ params }) => customerView(world, customerOf(params)));
  app.patch('/customers/:id', ({ params, body }) => {
    const customer = customerOf(params);
    patchCustomer(world, customer, checked(customerPatchSchema, body));
    return customerView(world, customer);
  });
  app.post('/customers', ({ body }, reply) => {
    const bulk = generateSchema.safeParse(body);
    if (bulk.success) {
      const ids = generate(world, bulk.data.generate).map(({ id, email, phone }) => {
        return { id, email, phone };
      });
      return reply.code(201).send({ customers: ids });
    }
    const customer = addCustomer(world, checked(newCustomerSchema, body));
    return reply.code(201).send(customerView(world, customer));
  });
}
