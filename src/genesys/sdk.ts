import { AsyncLocalStorage } from 'node:async_hooks';
import type {
  ConversationsApi,
  ExternalContactsApi,
  RecordingApi,
  RoutingApi,
  WebDeploymentsApi,
} from 'purecloud-platform-client-v2';
import type { Endpoints } from './endpoints.js';
import type { Exchange } from './exchange.js';
import type { Transport } from './transport.js';

export interface Sdk {
  conversations: ConversationsApi;
  externalContacts: ExternalContactsApi;
  recording: RecordingApi;
  routing: RoutingApi;
  webDeployments: WebDeploymentsApi;
}

/**
 * Which call an SDK method is working for. The SDK has no parameter that reaches the HTTP client but
 * headers, which go over the wire; an async context reaches it whatever the SDK does in between.
 */
const currentCall = new AsyncLocalStorage<{ exchange: Exchange; query: Record<string, string> }>();

/** `query` is for parameters the platform takes and this version of the SDK does not offer. */
export function runInExchange<T>(
  exchange: Exchange,
  query: Record<string, string>,
  work: () => Promise<T>,
): Promise<T> {
  return currentCall.run({ exchange, query }, work);
}

/**
 * The SDK's API classes on our transport. Loaded here and not on import, because it costs 36 MB and
 * 100+ ms; only a process that talks to Genesys should pay for it.
 */
export async function loadSdk(transport: Transport, place: Endpoints['place']): Promise<Sdk> {
  const { default: platform } = await import('purecloud-platform-client-v2');

  class TransportHttpClient extends platform.AbstractHttpClient {
    request(request: InstanceType<typeof platform.HttpRequestOptions>): Promise<unknown> {
      const call = currentCall.getStore();
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
  // may redirect every request or log tokens to a file. Both are told to forget it.
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
    externalContacts: new platform.ExternalContactsApi(client),
    recording: new platform.RecordingApi(client),
    routing: new platform.RoutingApi(client),
    webDeployments: new platform.WebDeploymentsApi(client),
  };
}
