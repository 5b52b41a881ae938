import { createRequire } from 'node:module';
import type {
  ConversationsApi,
  DownloadsApi,
  ExternalContactsApi,
  NotificationsApi,
  OrganizationApi,
  OutboundApi,
  RecordingApi,
  RoutingApi,
  WebDeploymentsApi,
} from 'purecloud-platform-client-v2';
import type { CallContext } from './callContext.js';
import type { Endpoints } from './endpoints.js';
import type { Transport } from './transport.js';

type Platform = typeof import('purecloud-platform-client-v2');

export interface Sdk {
  conversations: ConversationsApi;
  downloads: DownloadsApi;
  externalContacts: ExternalContactsApi;
  notifications: NotificationsApi;
  organization: OrganizationApi;
  outbound: OutboundApi;
  recording: RecordingApi;
  routing: RoutingApi;
  webDeployments: WebDeploymentsApi;
}

interface CurrentCall {
  exchange: CallContext;
  query: Record<string, string>;
}

/**
 * Which call an SDK method is working for. The SDK has no parameter that reaches the HTTP client but
 * headers, which go over the wire. It does come to the HTTP client before the method returns, so the
 * call is known from here in between. Were that to change, its requests would be refused, never taken
 * for another call's. (An AsyncLocalStorage would not mind, but in Node 20 it slows down every promise
 * of the process: a worker spent a tenth of its time on it.)
 */
let currentCall: CurrentCall | undefined;

/** `query` is for parameters the platform takes and this version of the SDK does not offer. */
export function runInExchange<T>(
  exchange: CallContext,
  query: Record<string, string>,
  work: () => Promise<T>,
): Promise<T> {
  currentCall = { exchange, query };
  try {
    return work();
  } finally {
    currentCall = undefined;
  }
}

/**
 * The SDK's API classes on our transport. Loaded here and not on import, because it costs 36 MB and
 * 100+ ms; only a process that talks to Genesys should pay for it. `import()` would first search its
 * four megabytes for the names it exports, which takes as long again as loading them.
 */
export function loadSdk(transport: Transport, place: Endpoints['place']): Sdk {
  const platform = createRequire(import.meta.url)('purecloud-platform-client-v2') as Platform;

  class TransportHttpClient extends platform.AbstractHttpClient {
    request(request: InstanceType<typeof platform.HttpRequestOptions>): Promise<unknown> {
      const call = currentCall;
      if (call === undefined) throw new Error('an SDK method was called outside an exchange');
      return transport.perform(call.exchange, {
        method: request.method,
        url: request.url,
        params: { ...request.params, ...call.query },
        headers: { ...request.headers },
        body: request.data,
      });
    }

    enableHooks(): void {
      throw new Error('the transport takes no hooks');
    }
  }

  // Importing the SDK and making an ApiClient each read and watch a file in the home directory, which
  // may redirect every request or log tokens to a file. Both are made to ignore it.
  const ApiClient = platform.ApiClient.constructor as new () => typeof platform.ApiClient;
  const client = new ApiClient();
  for (const { config } of [platform.ApiClient, client]) {
    config.live_reload_config = false;
    config.setConfigPath('');
    delete config.gateway;
    config.logger.log_level = 'none';
    config.logger.log_to_console = false;
    config.logger.log_file_path = '';
    config.logger.setLogger();
    // It would put each request and answer into words, bodies and all, before it asks whether to log.
    Object.assign(config.logger, { log: () => undefined });
  }
  if ('gateway' in place) {
    const { protocol, hostname, port, pathname } = place.gateway;
    client.setGateway({
      protocol: protocol.replace(':', ''),
      host: hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      path_params_api: pathname,
      path_params_login: pathname,
    });
  } else {
    client.setEnvironment(place.environment);
  }
  client.setHttpClient(new TransportHttpClient());
  return {
    conversations: new platform.ConversationsApi(client),
    downloads: new platform.DownloadsApi(client),
    externalContacts: new platform.ExternalContactsApi(client),
    notifications: new platform.NotificationsApi(client),
    organization: new platform.OrganizationApi(client),
    outbound: new platform.OutboundApi(client),
    recording: new platform.RecordingApi(client),
    routing: new platform.RoutingApi(client),
    webDeployments: new platform.WebDeploymentsApi(client),
  };
}
