import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 250;
const FINAL = new Set([
  'delivered',
  'read',
  'undelivered',
  'unknown',
  'skipped',
  'failed',
  'cancelled',
  'expired',
]);

/** Hands one member of the cast to the API, and cancels it when the script says so. */
export async function submit(apiUrl, { request, cancel }, signal) {
  const answer = await call(`${apiUrl}/v1/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal,
  });
  if (cancel && answer.status === 202) {
    await call(`${apiUrl}/v1/notifications/${answer.body.id}`, { method: 'DELETE', signal });
  }
  return answer;
}

/**
 * Follows every accepted notification to its end. `onLook` gets all answers, with bodies as they
 * were last seen, after each round.
 */
export async function settle(apiUrl, answers, onLook, signal) {
  const seen = [...answers];
  for (;;) {
    await Promise.all(
      seen.map(async (answer, at) => {
        if (answer.status !== 202 || hasEnded(answer)) return;
        const { body } = await call(`${apiUrl}/v1/notifications/${answer.body.id}`, { signal });
        seen[at] = { ...answer, body };
      }),
    );
    onLook(seen);
    if (seen.every(hasEnded)) return seen;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

export function hasEnded({ status, body }) {
  if (status !== 202) return true;
  return body.state === 'sent' ? body.deliveryCheckAt === undefined : FINAL.has(body.state);
}

/** What the sandbox's customers really got. */
export async function deliveries(sandboxUrl, signal) {
  const { body } = await call(`${sandboxUrl}/_sandbox/deliveries`, { signal });
  return body.deliveries;
}

export async function call(url, options) {
  const response = await fetch(url, options);
  return { status: response.status, body: await response.json() };
}
