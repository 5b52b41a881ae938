import { createHmac, randomBytes } from 'node:crypto';
import type { WebhookSecret } from './webhook.js';

/*
 * Signatures as Standard Webhooks 1.0 has them (standardwebhooks.com): HMAC-SHA256 over
 * `id.timestamp.body`, in base64, under the bytes that the secret stands for.
 */

const PREFIX = 'whsec_';
const MADE_BYTES = 32;
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;

export const SECRET_EXPECTED = `${PREFIX} and ${FEWEST_BYTES} to ${MOST_BYTES} random bytes in base64`;

export function makeSecret(): string {
  return PREFIX + randomBytes(MADE_BYTES).toString('base64');
}

export function isSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return false;
  const { length } = keyOf(text);
  return (
    length >= FEWEST_BYTES &&
    length <= MOST_BYTES &&
    keyOf(text).toString('base64') === text.slice(PREFIX.length)
  );
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}

/** The headers of a delivery: one signature for each secret that is in force at `now` (epoch ms). */
export function signedHeaders(
  secrets: readonly WebhookSecret[],
  message: { id: string; body: string },
  now: number,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  const content = `${message.id}.${timestamp}.${message.body}`;
  const signatures = secrets
    .filter(({ until }) => until === undefined || until > now)
    .map(({ secret }) => createHmac('sha256', keyOf(secret)).update(content).digest('base64'));
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.map((signature) => `v1,${signature}`).join(' '),
  };
}
