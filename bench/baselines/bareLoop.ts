import axios, { type AxiosInstance } from 'axios';
import { createConnections } from '#product/genesys/keepAlive.js';
import type { Customer } from '../harness/sandbox.js';

const DEPLOYMENT_ID = 'd0000000-0000-4000-8000-000000000001';
const LOOK_BACK_MS = 31 * 24 * 60 * 60 * 1_000;

/** What the product does with axios, and nothing of what it does around it. */
export async function openBareClient(baseUrl: string): Promise<AxiosInstance> {
  const { httpAgent } = createConnections({ connectTimeoutMs: 5_000, idleTimeoutMs: 10_000 });
  const client = axios.create({
    baseURL: baseUrl,
    httpAgent,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: 32 * 1024 * 1024,
    responseType: 'text',
    transformResponse: [(body: string) => JSON.parse(body)],
  });
  const { data } = await client.post('/oauth/token', 'grant_type=client_credentials', {
    auth: { username: 'sandbox', password: 'sandbox-secret' },
  });
  client.defaults.headers.common['Authorization'] = `Bearer ${data.access_token}`;
  return client;
}

/** Who wrote which conversation, for several customers at once. */
export async function findConversations(
  client: AxiosInstance,
  customers: readonly Customer[],
): Promise<Map<string, string>> {
  const now = Date.now();
  const { data } = await client.post('/api/v2/analytics/conversations/details/query', {
    interval: `${new Date(now - LOOK_BACK_MS).toISOString()}/${new Date(now).toISOString()}`,
    order: 'desc',
    orderBy: 'conversationStart',
    paging: { pageSize: 50, pageNumber: 1 },
    segmentFilters: [
      {
        type: 'and',
        predicates: [
          { dimension: 'mediaType', value: 'message' },
          { dimension: 'messageType', value: 'webmessaging' },
        ],
      },
      {
        type: 'or',
        predicates: customers.map(({ externalContactId }) => ({
          dimension: 'externalContactId',
          value: externalContactId,
        })),
      },
    ],
  });
  const { conversations } = data as { conversations: Found[] };
  return new Map(
    conversations.flatMap(({ conversationId, participants }) =>
      participants.flatMap(({ externalContactId }) =>
        externalContactId === undefined ? [] : [[externalContactId, conversationId]],
      ),
    ),
  );
}

interface Found {
  conversationId: string;
  participants: { externalContactId?: string }[];
}

/** The three calls that every notification needs for itself. */
export async function readAndSend(
  client: AxiosInstance,
  { externalContactId }: Customer,
  conversationId: string,
): Promise<void> {
  const path = `/api/v2/conversations/messages/${conversationId}`;
  const { data: outline } = await client.get<Outline>(path);
  const ids = outline.participants
    .filter(({ purpose }) => purpose === 'customer')
    .flatMap(({ messages }) => messages.map(({ messageId }) => messageId));
  const { data: texts } = await client.post<Texts>(`${path}/messages/bulk`, ids, {
    params: { useNormalizedMessage: 'true' },
  });
  await client.post('/api/v2/conversations/messages/agentless', {
    fromAddress: DEPLOYMENT_ID,
    toAddressMessengerType: 'webmessaging',
    externalContactId,
    textBody: `Hi Ada Example,\n\nyou wrote: “${texts.entities.at(-1)?.normalizedMessage.text}”. Is it solved by now?`,
    useExistingActiveConversation: false,
  });
}

interface Outline {
  participants: { purpose: string; messages: { messageId: string }[] }[];
}

interface Texts {
  entities: { normalizedMessage: { text?: string } }[];
}
