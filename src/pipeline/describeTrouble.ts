import type { ReadTrouble } from './readFailure.js';

/** Why the platform could not be asked, for whoever waits for the answer. */
export function describeTrouble(trouble: ReadTrouble): string {
  switch (trouble.kind) {
    case 'rate_limited':
      return `Genesys Cloud asks for a pause of ${Math.ceil(trouble.retryAfterMs / 1000)} s`;
    case 'try_later':
      return `Genesys Cloud could not be asked (${trouble.reason})`;
    case 'refused':
      return `Genesys Cloud refused the lookup (${trouble.reason})`;
    case 'hold':
      return trouble.cause.kind === 'credentials'
        ? `Genesys Cloud refuses the OAuth client (${trouble.cause.detail})`
        : `the OAuth client lacks a permission (${trouble.cause.detail})`;
    case 'no_slot':
    case 'past_deadline':
      return 'there was no room for the lookup in the request budget';
    case 'stopping':
      return 'it was interrupted';
    default:
      return trouble satisfies never;
  }
}
