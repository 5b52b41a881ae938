import { pino } from 'pino';
import { createGenesysClient, type GenesysClient } from '../../../src/genesys/client.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.js';

export const LANE = { lane: 'transactional' } as const;

export interface SandboxClient {
  sandbox: Sandbox;
  client: GenesysClient;
  close(): Promise<void>;
}

/** The real client for a platform at `baseUrl`, with an admission that lets everything pass. */
export function openClient(
  baseUrl: string,
  secrets = { clientId: 'c', clientSecret: 's' },
): Promise<GenesysClient> {
  return createGenesysClient(
    { baseUrl, ...secrets },
    {
      admission: { admit: async () => ({ admitted: true }), rateLimited: async () => undefined },
      log: pino({ level: 'silent' }),
    },
  );
}

/** A sandbox of its own with a client that talks to it over HTTP. */
export async function startSandboxClient(options: SandboxOptions = {}): Promise<SandboxClient> {
  const sandbox = await startSandbox({ requestsPerMinute: 0, generatedCustomers: 0, ...options });
  const { clientId, clientSecret } = sandbox.settings;
  const client = await openClient(sandbox.url, { clientId, clientSecret });
  return {
    sandbox,
    client,
    async close() {
      await client.close();
      await sandbox.close();
    },
  };
}
