import { z } from 'zod';
import { CallFailed } from './call.js';
import { CallContext } from './callContext.js';
import type { Grant } from './tokens.js';
import type { Transport } from './transport.js';

/** The shortest lifetime Genesys issues. Guessing too short only costs a login. */
const LIFETIME_IF_UNSAID = 300;

const TokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().catch(LIFETIME_IF_UNSAID),
});

/**
 * Genesys: OAuth client credentials, `POST /oauth/token` with Basic authentication and a form body.
 * There is no refresh token; a new login replaces it. Throws `CallFailed`.
 */
export async function logIn(
  transport: Transport,
  settings: { loginUrl: string; clientId: string; clientSecret: string; deadlineMs: number },
): Promise<Grant> {
  const { loginUrl, clientId, clientSecret, deadlineMs } = settings;
  const exchange = new CallContext('login', { options: { lane: 'transactional' }, deadlineMs });
  try {
    const { status, data } = await transport.perform(exchange, {
      method: 'POST',
      url: `${loginUrl}/oauth/token`,
      headers: {
        Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
        Accept: 'application/json',
      },
      body: 'grant_type=client_credentials',
    });
    const answer = TokenAnswer.safeParse(data);
    if (!answer.success) throw new CallFailed({ kind: 'malformed', status });
    return { token: answer.data.access_token, lifetimeSeconds: answer.data.expires_in };
  } finally {
    exchange.settle();
  }
}
