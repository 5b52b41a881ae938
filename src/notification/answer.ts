import { type Decision, keep, write } from './decision.js';
import type { LegOutcome } from './leg.js';
import { type NotificationRecord, step, withLeg } from './record.js';

/** What the dispatcher learned about a leg it started. Codes and ids only. */
export type LegAnswer =
  | {
      outcome: 'sent';
      messageId?: string;
      conversationId?: string;
      /** Look after this time whether it arrived; absent where the platform cannot say. */
      deliveryCheckAt?: number;
    }
  | { outcome: 'refused' | 'not_sent' | 'unknown'; reason: string; detail?: string };

export type RecordAnswerResult =
  | { kind: 'recorded'; record: NotificationRecord }
  | { kind: 'kept' };

/**
 * Records what became of a leg. Only the attempt that wrote the intent may do so.
 *
 * It may do so late. When others have meanwhile called the leg `unknown`, a definite answer still
 * wins: a message id is knowledge and is never thrown away, and a definite refusal frees the
 * notification for its next step. Its job has ended by then, so it stands as `accepted` again, and
 * the sweeper gives it a new one. When a person has meanwhile
 * decided `not_sent`, a late "sent" wins too: it stops whatever a retry has begun, because no leg
 * may start after one that reached the customer.
 */
export function recordAnswer(
  record: NotificationRecord,
  given: { fence: number; leg: number; answer: LegAnswer },
  now: number,
): Decision<RecordAnswerResult> {
  const leg = record.legs[given.leg];
  if (leg === undefined || leg.fence !== given.fence) return keep({ kind: 'kept' });
  const { answer } = given;
  const late = leg.outcome !== undefined;
  if (late && !outweighs(answer.outcome, leg.outcome)) return keep({ kind: 'kept' });

  const next =
    answer.outcome === 'sent'
      ? afterSent(record, given.leg, answer, now)
      : afterNotSent(record, given.leg, answer, late, now);
  return write(next, { kind: 'recorded', record: next });
}

/** A definite answer outweighs `unknown`; "sent" also outweighs a person's "not sent". */
function outweighs(answer: LegOutcome, recorded: LegOutcome | undefined): boolean {
  if (recorded === 'unknown') return answer !== 'unknown';
  return recorded === 'not_sent' && answer === 'sent';
}

/** States that a late "sent" turns into `sent`; in any other the leg alone is corrected. */
const GIVES_WAY_TO_SENT: ReadonlySet<string> = new Set([
  'sending',
  'unknown',
  'failed',
  'accepted',
  'queued',
  'processing',
]);

function afterSent(
  record: NotificationRecord,
  index: number,
  answer: Extract<LegAnswer, { outcome: 'sent' }>,
  now: number,
): NotificationRecord {
  const { outcome, messageId, conversationId, deliveryCheckAt } = answer;
  const ids = { ...(messageId && { messageId }), ...(conversationId && { conversationId }) };
  const marked = withLeg(record, index, { outcome, ...ids });
  const channel = record.legs[index]?.channel;
  const another = record.legs.some((leg, at) => at !== index && leg.outcome === undefined);
  if (another || !GIVES_WAY_TO_SENT.has(record.state)) {
    const story = { state: record.state, reason: 'late_sent', ...(channel && { channel }) };
    return step(marked, now, story);
  }
  return step(
    marked,
    now,
    { state: 'sent', ...(channel && { channel }) },
    { attempts: record.attempts + 1, ...(deliveryCheckAt !== undefined && { deliveryCheckAt }) },
  );
}

function afterNotSent(
  record: NotificationRecord,
  index: number,
  answer: Extract<LegAnswer, { outcome: 'refused' | 'not_sent' | 'unknown' }>,
  late: boolean,
  now: number,
): NotificationRecord {
  const { outcome, reason, detail } = answer;
  const marked = withLeg(record, index, { outcome, reason });
  const channel = record.legs[index]?.channel;
  const story = { ...(channel && { channel }), reason, ...(detail !== undefined && { detail }) };
  if (outcome === 'unknown') return step(marked, now, { state: 'unknown', ...story });
  if (!late) return step(marked, now, { state: 'processing', ...story });
  return record.state === 'unknown' ? step(marked, now, { state: 'accepted', ...story }) : marked;
}
