import { type Answer, accepted, type Refused, refused } from '../answer.js';
import type { World } from '../state.js';

interface Credentials {
  id: string;
  secret: string;
}

function basicCredentials(authorization: string | undefined): Credentials | null {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return null;
  return { id: decoded.slice(0, colon), secret: decoded.slice(colon + 1) };
}

/** Genesys: POST /oauth/token with Basic credentials and `grant_type=client_credentials`. */
export function login(world: World, authorization: string | undefined, form: unknown): Answer {
  const fields = form instanceof URLSearchParams ? form : new URLSearchParams();
  const credentials = basicCredentials(authorization);
  if (credentials === null) {
    return refused(
      400,
      'invalid_request',
      'client credentials must be sent as Basic authorization',
    );
  }
  if (fields.get('grant_type') !== 'client_credentials') {
    return refused(400, 'unsupported_grant_type', 'grant_type must be client_credentials');
  }
  const unknown = [...fields.keys()].find((name) => name !== 'grant_type' && name !== 'scope');
  if (unknown !== undefined) {
    return refused(400, 'invalid_request', `${unknown} is not a parameter of this grant`);
  }
  const { clientId, clientSecret, tokenLifetimeSeconds } = world.settings;
  if (credentials.id !== clientId || credentials.secret !== clientSecret) {
    return refused(401, 'invalid_client', 'authentication failed');
  }
  const token = world.tokens.issue(clientId, tokenLifetimeSeconds, world.now());
  return accepted({
    access_token: token.accessToken,
    token_type: 'bearer',
    expires_in: token.expiresInSeconds,
  });
}

/** The login server has an error shape of its own: `{error, description, error_description}`. */
export function loginErrorBody({ status, code, message }: Refused): object {
  const error = status === 401 ? 'invalid_client' : code;
  return { error, description: message, error_description: message };
}
