import { startSandbox } from '../sandbox/sandbox.js';
import { EXIT, type ExitCode } from './exitCodes.js';

export interface SandboxCommandOptions {
  port: number;
  host: string;
  requestsPerMinute: number;
  customers: number;
  latencyMs: number;
}

/** Serves a sandbox until a signal ends it. */
export async function runSandbox(options: SandboxCommandOptions): Promise<ExitCode> {
  const { customers, ...settings } = options;
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  try {
    sandbox = await startSandbox({ ...settings, generatedCustomers: customers });
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string') throw error;
    process.stderr.write(
      `The sandbox cannot listen on ${options.host}:${options.port} (${code}).\n`,
    );
    return EXIT.other;
  }
  const { url, settings: own } = sandbox;
  process.stdout.write(`A simulated Genesys Cloud listens on ${url}

To use it, set:
  GENESYS_CLOUD_BASE_URL=${url}
  GENESYS_CLOUD_CLIENT_ID=${own.clientId}
  GENESYS_CLOUD_CLIENT_SECRET=${own.clientSecret}
  GENESYS_WEB_DEPLOYMENT_ID=${own.deploymentId}
  GENESYS_EMAIL_FROM=care@example.com

A customer to write to:      customer@example.com
All customers:               ${url}/_sandbox/customers
What customers really got:   ${url}/_sandbox/inbox in a browser, /_sandbox/deliveries as JSON
What else can be done:       ${url}/_sandbox/
`);
  const close = () => void sandbox.close();
  process.once('SIGINT', close);
  process.once('SIGTERM', close);
  return EXIT.ok;
}
