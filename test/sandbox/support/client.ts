import type { Sandbox } from '../../../sandbox/sandbox.js';

export interface Reply {
  status: number;
  headers: Headers;
  body: unknown;
}

/** What a raw HTTP caller of the sandbox can do; knows nothing of the product's own client. */
export interface Client {
  post(path: string, body: unknown): Promise<Reply>;
  get(path: string): Promise<Reply>;
  put(path: string, body: unknown): Promise<Reply>;
  delete(path: string): Promise<Reply>;
}

async function exchange(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : JSON.parse(text),
  };
}

export function requestToken(
  sandbox: Sandbox,
  { id = 'sandbox', secret = 'sandbox-secret', form = 'grant_type=client_credentials' } = {},
): Promise<Reply> {
  return exchange(`${sandbox.url}/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: form,
  });
}

export async function logIn(sandbox: Sandbox): Promise<Client> {
  const { body } = await requestToken(sandbox);
  return clientWith(sandbox, (body as { access_token: string }).access_token);
}

export function clientWith(sandbox: Sandbox, token: string): Client {
  const authorization = `Bearer ${token}`;
  const write = (method: 'POST' | 'PUT') => (path: string, body: unknown) =>
    exchange(`${sandbox.url}${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const bare = (method: 'GET' | 'DELETE') => (path: string) =>
    exchange(`${sandbox.url}${path}`, { method, headers: { authorization } });
  return { get: bare('GET'), post: write('POST'), put: write('PUT'), delete: bare('DELETE') };
}

/** The control API, which wants no token. */
export function control(
  sandbox: Sandbox,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Reply> {
  return exchange(`${sandbox.url}/_sandbox${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
}

export const WEB = '/api/v2/conversations/messages/agentless?useNormalizedMessage=true';
export const EMAIL = '/api/v2/conversations/emails/agentless';
export const ENGAGE = '/api/v2/engage/messages';
export const QUERY = '/api/v2/analytics/conversations/details/query';
export const LOOKUP = '/api/v2/externalcontacts/identifierlookup/contacts';

export function webMessage(
  sandbox: Sandbox,
  externalContactId: string,
  extra: object = {},
): object {
  return {
    fromAddress: sandbox.settings.deploymentId,
    toAddressMessengerType: 'webmessaging',
    externalContactId,
    textBody: 'Your order is on its way.',
    ...extra,
  };
}

export function emailTo(email: string, extra: object = {}): object {
  return {
    senderType: 'Outbound',
    fromAddress: { email: 'care@brand.example.com', name: 'Brand' },
    toAddresses: [{ email, name: 'Customer' }],
    subject: 'Your order',
    textBody: 'Your order is on its way.',
    htmlBody: '<p>Your order is on its way.</p>',
    ...extra,
  };
}

/** A clock the test moves, so that nothing has to be waited for. */
export function handClock(): { now: () => number; advance: (ms: number) => void } {
  let at = Date.now();
  return {
    now: () => at,
    advance: (ms) => {
      at += ms;
    },
  };
}

/** A client of its own: another id, and what belongs to it is not the first one's. */
export async function logInAs(sandbox: Sandbox, clientId: string): Promise<Client> {
  const own = sandbox.settings.clientId;
  sandbox.settings.clientId = clientId;
  const token = tokenIn(await requestToken(sandbox, { id: clientId }));
  sandbox.settings.clientId = own;
  return clientWith(sandbox, token);
}

export function tokenIn({ body }: Reply): string {
  return (body as { access_token: string }).access_token;
}

export function idIn({ body }: Reply): string {
  return (body as { id: string }).id;
}
