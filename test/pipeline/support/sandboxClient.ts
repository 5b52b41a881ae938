import { pino } from 'pino';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/sandbox.js';
import type { Limiter } from '../../../src/genesys/call.js';
import { createGenesysClient, type GenesysClient } from '../../../src/genesys/genesysClient.js';

export const LANE = { lane: 'transactional' } as const;

export interface SandboxClient {
  sandbox: Sandbox;
  client: GenesysClient;
  close(): Promise<void>;
}

const LETS_EVERYTHING_PASS: Limiter = {
  acquire: async () => ({ admitted: true }),
  rateLimited: async () => undefined,
};

/** The real client for a platform at `baseUrl`. */
export function openClient(
  baseUrl: string,
  secrets = { clientId: 'c', clientSecret: 's' },
  admission = LETS_EVERYTHING_PASS,
): Promise<GenesysClient> {
  const log = pino({ level: 'silent' });
  return createGenesysClient({ baseUrl, ...secrets }, { admission, log });
}

/** A sandbox of its own with a client that talks to it over HTTP. */
export async function startSandboxClient(
  options: SandboxOptions = {},
  admission?: Limiter,
): Promise<SandboxClient> {
  const sandbox = await startSandbox({
    requestsPerMinute: 0,
    generatedCustomers: 0,
    indexingLagMs: 0,
    ...options,
  });
  const { clientId, clientSecret } = sandbox.settings;
  const client = await openClient(sandbox.url, { clientId, clientSecret }, admission);
  return {
    sandbox,
    client,
    async close() {
      await client.close();
      await sandbox.close();
    },
  };
}
