import { setTimeout as pause } from 'node:timers/promises';
import type { NotificationRequest } from '#product/notification/request.js';
import type { Customer, SandboxProcess } from '../harness/sandbox.js';

const BATCH = 50;
/** Enough that no worker waits for work, and few enough that the end comes soon. */
const BEHIND_AT_MOST = 400;
const LOOK_EVERY_MS = 50;
/** A worker at full speed sends hundreds a second: what waits so long for the next was not sent. */
const NOTHING_SENT_FOR_MS = 30_000;

export interface Load {
  apiUrl: string;
  apiKey: string;
  sandbox: SandboxProcess;
  customers: readonly Customer[];
  /** How long (ms). */
  forMs: number;
  say: (line: string) => void;
}

/**
 * Hands over as much as is sent, in batches over HTTP: half of it looks up the history, a tenth is
 * urgent. Answers with how many were accepted. Throws when one is not. Ends early when no more are sent
 * while many wait: they ended without a message, and the load would wait for them for ever.
 */
export async function keepBusy({
  apiUrl,
  apiKey,
  sandbox,
  customers,
  forMs,
  say,
}: Load): Promise<number> {
  const endsAt = performance.now() + forMs;
  let accepted = 0;
  let sentBefore = 0;
  let lastSentAt = performance.now();
  while (performance.now() < endsAt) {
    const { 'agentless-message': sent = 0 } = await sandbox.arrivalsByOperation();
    if (sent > sentBefore) {
      sentBefore = sent;
      lastSentAt = performance.now();
    }
    if (accepted - sent > BEHIND_AT_MOST) {
      const nothingForMs = performance.now() - lastSentAt;
      if (nothingForMs > NOTHING_SENT_FOR_MS) {
        say(
          `the load ends early: ${sent} of ${accepted} were sent, none in the last ${NOTHING_SENT_FOR_MS / 1_000} s`,
        );
        break;
      }
      await pause(LOOK_EVERY_MS);
      continue;
    }
    const from = accepted;
    const notifications = Array.from({ length: BATCH }, (_, at) => requestOf(customers, from + at));
    const answer = await fetch(`${apiUrl}/v1/notifications/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ notifications }),
    });
    const { results = [] } = (await answer.json()) as { results?: { status: number }[] };
    const taken = results.filter(({ status }) => status === 202).length;
    if (taken < BATCH) throw new Error(`of ${BATCH} notifications ${taken} were accepted`);
    accepted += taken;
  }
  return accepted;
}

function requestOf(customers: readonly Customer[], number: number): NotificationRequest {
  const { externalContactId } = customers[number % customers.length] ?? { externalContactId: '' };
  const readsHistory = number % 2 === 0;
  return {
    id: `soak-${number}`,
    recipient: { externalContactId, name: 'Ada Example' },
    template: readsHistory ? 'follow-up' : 'plain-notice',
    history: { required: readsHistory },
    priority: number % 10 === 0 ? 'transactional' : 'campaign',
    metadata: { orderNumber: `A-${number}` },
  };
}
