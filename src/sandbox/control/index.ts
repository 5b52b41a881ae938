import { ENDPOINTS } from '../operation.js';
import { WELL_KNOWN } from '../population/wellKnown.js';
import type { World } from '../world.js';

/** What `GET /_sandbox/` answers: where everything is. */
export function controlIndex({ settings, population, requests, inbox, faults }: World): object {
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
    control: {
      'GET /_sandbox/inbox': 'a page for people: what customers got, in a browser',
      'GET /_sandbox/deliveries?to=&wait=true&count=&timeoutMs=': 'what customers really got',
      'GET /_sandbox/requests?since=&wait=ENDPOINT&count=&timeoutMs=': 'what arrived',
      'DELETE /_sandbox/deliveries, /_sandbox/requests': 'forget them',
      'GET|POST /_sandbox/customers': 'list; add one, or {"generate": N}',
      'GET|PATCH /_sandbox/customers/ID_OR_ADDRESS': 'online, activeConversation, emailOnContact',
      'GET|POST|DELETE /_sandbox/faults': 'misbehave: {endpoint, kind, count | probability, …}',
      'GET|PATCH /_sandbox/settings':
        'rate limit, token lifetime, secret, permissions, delays, recordings',
      'POST /_sandbox/tokens/revoke': 'make every token invalid',
      'POST /_sandbox/reset': 'everything as it was at the start, but for tokens',
    },
  };
}
