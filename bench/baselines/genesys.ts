import { setTimeout as pause } from 'node:timers/promises';
import platform, {
  type ConversationsApi,
  type ExternalContactsApi,
} from 'purecloud-platform-client-v2';

/** The SDK as its documentation has it used. */
export interface Genesys {
  conversations: ConversationsApi;
  contacts: ExternalContactsApi;
}

export async function logIn(baseUrl: string): Promise<Genesys> {
  const { hostname, port, protocol } = new URL(baseUrl);
  const client = platform.ApiClient.instance;
  client.setGateway({ host: hostname, port: Number(port), protocol: protocol.replace(':', '') });
  // Without it an error has no headers, and so no Retry-After.
  client.setReturnExtendedResponses(true);
  await client.loginClientCredentialsGrant('sandbox', 'sandbox-secret');
  return {
    conversations: new platform.ConversationsApi(),
    contacts: new platform.ExternalContactsApi(),
  };
}

/** Makes a call, and makes it again whenever Genesys has asked to wait and the wait is over. */
export async function heedingRetryAfter<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      // The types know nothing of extended responses.
      const { body } = (await call()) as unknown as { body: T };
      return body;
    } catch (error) {
      const { status, headers } = error as { status?: number; headers?: Record<string, string> };
      if (status !== 429) throw new Error(`a call was answered ${status ?? String(error)}`);
      await pause(Number(headers?.['retry-after'] ?? 5) * 1_000);
    }
  }
}
