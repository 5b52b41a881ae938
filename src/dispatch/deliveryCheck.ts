import type { GenesysClient } from '../genesys/genesysClient.js';
import { classifyRead, isLookupError } from '../history/lookupError.js';
import { recordDelivery } from '../notification/answer.js';
import { legAwaitingDelivery } from '../notification/awaitedDelivery.js';
import { DELAYS } from '../notification/delays.js';
import type { Delivery } from '../notification/record.js';
import type { Attempt, AttemptOutcome } from './jobAttempt.js';

export type DeliveryCheckResult =
  | { kind: 'over'; outcome: AttemptOutcome }
  /** It did not arrive; this attempt now holds the notification for its next channel. */
  | { kind: 'undelivered' };

/** Asks once what became of a sent web message. */
export async function checkDelivery(
  client: GenesysClient,
  attempt: Attempt,
  mayFallBack: boolean,
): Promise<DeliveryCheckResult> {
  const { record } = attempt;
  const messageId = record.legs[legAwaitingDelivery(record)]?.messageId;
  if (messageId === undefined) return settle(attempt, 'unconfirmed', mayFallBack);
  const answer = await client.getMessageDetails(messageId, attempt.callOptions());
  if (answer.ok) return settle(attempt, deliveryOf(answer.data.status), mayFallBack);

  const error = classifyRead(answer.failure);
  attempt.log[isLookupError(error) ? 'warn' : 'debug']({ error }, 'delivery check failed');
  const overdue = attempt.now() - (record.deliveryCheckAt ?? 0) > DELAYS.deliveryUnconfirmed;
  if (error.kind === 'refused' || overdue) return settle(attempt, 'unconfirmed', mayFallBack);
  return over(outcomeOf(error, attempt.now()));
}

/**
 * Genesys message statuses: queued, sent, failed, received, delivery-success, delivery-failed, read,
 * removed, published. Only the two that say "failed" say that the customer has nothing.
 */
export function deliveryOf(status: string | undefined): Delivery {
  switch (status) {
    case 'read':
      return 'read';
    case 'delivery-success':
    case 'received':
      return 'delivered';
    case 'failed':
    case 'delivery-failed':
      return 'failed';
    default:
      return 'unconfirmed';
  }
}

async function settle(
  attempt: Attempt,
  delivery: Delivery,
  mayFallBack: boolean,
): Promise<DeliveryCheckResult> {
  const now = attempt.now();
  const given = { fencingToken: attempt.fencingToken, delivery, mayFallBack };
  const result = await attempt.ledger.change(attempt.id, (record) =>
    recordDelivery(record, given, now),
  );
  if (result === undefined || result.kind === 'fenced') return over(await attempt.fencedOff());
  attempt.record = result.record;
  attempt.log.info({ delivery }, 'delivery checked');
  if (result.kind === 'undelivered') return { kind: 'undelivered' };
  return over({ kind: 'done', state: result.record.state });
}

/** The notification stays `sent` whatever happens here, so only the job learns it. */
function outcomeOf(
  error: Exclude<ReturnType<typeof classifyRead>, { kind: 'refused' }>,
  now: number,
): AttemptOutcome {
  switch (error.kind) {
    case 'rate_limited':
      return { kind: 'gate_closed', forMs: error.retryAfterMs };
    case 'try_later': {
      const { reason, retryAfterMs } = error;
      return { kind: 'retry', reason, retryAfterMs };
    }
    case 'hold':
      return { kind: 'hold', cause: error.cause };
    case 'no_slot':
      return { kind: 'park', reason: 'no_slot', until: now + error.retryAfterMs };
    case 'past_deadline':
      return { kind: 'retry', reason: 'past_deadline' };
    case 'stopping':
      return { kind: 'park', reason: 'shutdown', until: now };
    default: {
      const never: never = error;
      throw new Error(`unhandled lookup error ${String(never)}`);
    }
  }
}

function over(outcome: AttemptOutcome): DeliveryCheckResult {
  return { kind: 'over', outcome };
}
