import { type Refused, refused } from './answer.js';

/** Genesys 429: `too.many.requests.retry.after`, with Retry-After in whole seconds. */
export function tooManyRequests(retryAfter: string | undefined): Refused {
  const message =
    retryAfter === undefined
      ? 'Rate limit exceeded the maximum.'
      : `Rate limit exceeded the maximum. Retry the request in [${retryAfter}] seconds`;
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
  return refused(429, 'too.many.requests.retry.after', message, { headers });
}

export function authenticationRequired(): Refused {
  return refused(
    401,
    'authentication.required',
    'No authentication bearer token specified in authorization header.',
  );
}

export function badCredentials(): Refused {
  return refused(401, 'bad.credentials', 'Invalid login credentials.');
}
