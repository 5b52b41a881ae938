import type { FastifyError, FastifyInstance } from 'fastify';
import { z } from 'zod';
import { settingsPatchSchema } from '../settings.js';
import type { World } from '../world.js';
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
import { controlIndex } from './index.js';
import { ControlError, checked } from './input.js';
import { recordRoutes } from './records.js';

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
