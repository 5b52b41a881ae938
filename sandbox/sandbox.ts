import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleepFor } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { BodyRoom, readJsonBody } from '#product/http/jsonBody.js';
import { foreignOrigin, isLoopbackHost, localUrl } from '#product/http/requestOrigin.js';
import { addDncList, type DncList, type NewDncList } from './bulk/dncLists.js';
import { type Download, downloadRoutes } from './bulk/files.js';
import {
  addConversation,
  addCustomer,
  type CustomerPatch,
  findCustomer,
  generate,
  type NewConversation,
  type NewCustomer,
  patchCustomer,
} from './control/customers.js';
import { controlRoutes } from './control/routes.js';
import type { Faults } from './faults.js';
import type { Inbox } from './inbox.js';
import type { Notifications } from './notifications/notifications.js';
import { serveSockets } from './notifications/sockets.js';
import { pageRoutes } from './page/routes.js';
import { platformRoutes } from './platform/routes.js';
import type { Customer } from './population/population.js';
import { RECORD_LIMIT, type RequestLog } from './requestLog.js';
import { type Settings, settingsSchema } from './settings.js';
import { createWorld, type World } from './state.js';

/** Genesys: request.bytes.max. */
const BODY_LIMIT = 512_000;
const BODIES_LIMIT = 128 * BODY_LIMIT;

/** Every setting may be given at the start; see Settings for what they mean. */
export interface SandboxOptions extends Partial<Settings> {
  /** 0, the default, takes a free one. */
  port?: number;
  host?: string;
  /** Generated people beside the well-known ones; 25 by default. */
  generatedCustomers?: number;
  /** Keep every request and delivery instead of the newest 20,000. */
  keepAll?: boolean;
  /** Epoch milliseconds. */
  now?: () => number;
}

export interface Sandbox {
  readonly url: string;
  readonly port: number;
  readonly settings: Settings;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly deliveries: Inbox;
  readonly notifications: Notifications;
  /** What was fetched of the files that jobs left behind; no platform requests. */
  downloads(): Download[];
  customers(): Customer[];
  /** By external contact id or any address; throws when there is none, since a test would be wrong. */
  customer(idOrAddress: string): Customer;
  addCustomer(definition: NewCustomer): Customer;
  generateCustomers(count: number): Customer[];
  patchCustomer(idOrAddress: string, patch: CustomerPatch): void;
  /** @returns the conversation's id. */
  addConversation(idOrAddress: string, definition: NewConversation): string;
  /** A DNC list of the organisation; there is none at the start. */
  addDncList(definition: NewDncList): DncList;
  revokeTokens(): void;
  reset(): void;
  /** At once, whatever is open: idle connections and stalled answers are cut. */
  close(): Promise<void>;
}

/**
 * Starts a simulated Genesys Cloud: one HTTP server with the platform's real paths (login included)
 * and a control API under /_sandbox, with an inbox for people at /_sandbox/inbox. Point GENESYS_CLOUD_BASE_URL, and GENESYS_ENGAGE_URL if wanted,
 * at its `url`. It lives in memory and is the same at every start, dated relative to the clock.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', generatedCustomers = 25, keepAll = false } = options;
  const { now = Date.now } = options;
  const world = createWorld({
    settings: settingsSchema.parse(settingsOf(options)),
    generated: generatedCustomers,
    recordLimit: keepAll ? Number.POSITIVE_INFINITY : RECORD_LIMIT,
    now,
  });
  const closing = new AbortController();
  // Each request that is answered late waits with it, and there may be hundreds: no leak to warn of.
  setMaxListeners(0, closing.signal);
  const sleep = (ms: number): Promise<void> => sleepFor(ms, undefined, { signal: closing.signal });

  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  });
  acceptShallowJson(app);
  const rules = { loopbackNamesOnly: isLoopbackHost(host), programsMayWrite: true };
  app.addHook('onRequest', async (request, reply) => {
    const foreign = foreignOrigin(request, rules);
    if (foreign !== undefined) return reply.code(403).send({ error: foreign });
  });
  app.get('/', (_request, reply) => reply.redirect('/_sandbox/inbox'));
  app.register(async (scope) => pageRoutes(scope, world), { prefix: '/_sandbox/inbox' });
  app.register(async (scope) => controlRoutes(scope, world), { prefix: '/_sandbox' });
  app.register(async (scope) => downloadRoutes(scope, world));
  app.register(async (scope) => platformRoutes(scope, world, sleep));
  const closeSockets = serveSockets(app.server, world, rules);
  await app.listen({ port, host });
  const address = app.server.address() as AddressInfo;

  return {
    url: localUrl(host, address.port),
    port: address.port,
    ...handlesOf(world),
    close: async () => {
      closing.abort();
      world.requests.close();
      world.inbox.close();
      world.notifications.close();
      closeSockets();
      await app.close();
    },
  };
}

/** As the product's own doors: what is nested too deeply would stop everything else for seconds. */
function acceptShallowJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const room = new BodyRoom(BODIES_LIMIT);
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', (request, payload, done) => {
    const held = room.open();
    const announced = request.headers['content-length'];
    readJsonBody(payload, { limit: BODY_LIMIT, announced, held }).then((body) => {
      held.close();
      // The platform's own SDK announces JSON and sends none where there is nothing to say.
      if (body.length === 0) return done(null, undefined);
      parse(request, body.toString(), done);
    }, done);
  });
}

function settingsOf(options: SandboxOptions): Partial<Settings> {
  const { port, host, generatedCustomers, keepAll, now, ...settings } = options;
  return settings;
}

function handlesOf(world: World): Omit<Sandbox, 'url' | 'port' | 'close'> {
  const customer = (idOrAddress: string): Customer => {
    const found = findCustomer(world, idOrAddress);
    if (found === undefined) throw new Error('no such customer in the sandbox');
    return found;
  };
  return {
    settings: world.settings,
    faults: world.faults,
    requests: world.requests,
    deliveries: world.inbox,
    notifications: world.notifications,
    downloads: () => world.files.downloads(),
    customers: () => world.population.customers(),
    customer,
    addCustomer: (definition) => addCustomer(world, definition),
    generateCustomers: (count) => generate(world, count),
    patchCustomer: (idOrAddress, patch) => patchCustomer(world, customer(idOrAddress), patch),
    addConversation: (idOrAddress, definition) =>
      addConversation(world, customer(idOrAddress), definition),
    addDncList: (definition) => addDncList(world, definition),
    revokeTokens: () => world.tokens.revokeAll(),
    reset: () => world.reset(),
  };
}
