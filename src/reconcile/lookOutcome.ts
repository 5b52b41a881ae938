import type { Logger } from 'pino';
import { hasOwnCheck } from '../notification/awaitedDelivery.js';
import { keep, write } from '../notification/decision.js';
import type { Ledger } from '../notification/ledger.js';
import { type Look, type LookResult, recordLook } from '../notification/reconciling.js';
import { type NotificationRecord, queued, type UnknownPolicy } from '../notification/record.js';
import type { StoredRequest } from '../notification/storedRequest.js';
import type { UnknownPolicies } from '../notification/unknownPolicy.js';
import { addJobs, type Queues } from '../queue/jobs.js';
import type { CompiledTemplate } from '../templates/compile.js';
import type { DueLook } from './lookRound.js';

/** The moments between which a process can die; awaited, so that tests can stop it there. */
type ReconcileEvent = 'look_answered' | 'look_recorded';

export type ReconcileObserver = (
  event: ReconcileEvent,
  notificationId: string,
) => Promise<void> | void;

/** What came of the last look, or of one that found the message; for the metrics. */
export type ReconcileResult = 'sent' | 'not_found' | 'ambiguous' | 'resent';

export interface OutcomeParts {
  ledger: Ledger;
  queues: Queues;
  templates: { get(hash: string): Promise<CompiledTemplate | undefined> };
  policies: UnknownPolicies;
  /** `RECONCILE_AFTER` (ms). */
  delays: readonly number[];
  /** When the delivery of a message that was found is asked about (ms from then); undefined where it is not. */
  deliveryCheckAfter: (channel: Look['findings'][number]['leg']['channel']) => number | undefined;
  observe: ReconcileObserver;
  onResult: (result: ReconcileResult) => void;
  log: Logger;
}

const RESULTS = {
  sent: 'sent',
  resent: 'resent',
  held: 'not_found',
  expired: 'not_found',
  ambiguous: 'ambiguous',
} as const;

/** Writes what a look has found, and sees to what follows from it. */
export async function writeOutcome(
  parts: OutcomeParts,
  { snapshot, stored }: DueLook,
  seen: Omit<Look, 'policy'>,
): Promise<LookResult | undefined> {
  const { ledger, queues, delays, observe, onResult, log } = parts;
  const { id, lane } = snapshot.record;
  await observe('look_answered', id);
  const policy = (await policyOfTemplate(parts, stored)) ?? parts.policies[lane];
  const now = await ledger.clock.current();
  const look = { ...seen, policy, findings: followed(parts, seen.findings, now) };
  const result = await ledger.change(id, (record) => recordLook(record, look, delays, now));
  await observe('look_recorded', id);
  if (result === undefined || result.kind === 'too_late' || result.kind === 'looks_again') {
    return result;
  }
  const { kind, record } = result;
  log.info(
    { notificationId: id, result: RESULTS[kind], state: record.state, reason: record.reason },
    'an unknown notification was looked for on the platform',
  );
  onResult(RESULTS[kind]);
  if (kind === 'resent') await enqueue(ledger, queues, record, now);
  if (kind === 'sent' && hasOwnCheck(record)) await addJobs(queues, [record], now);
  return result;
}

async function policyOfTemplate(
  { templates }: OutcomeParts,
  { templateHash }: StoredRequest,
): Promise<UnknownPolicy | undefined> {
  return (await templates.get(templateHash))?.unknownPolicy;
}

function followed(
  { deliveryCheckAfter }: OutcomeParts,
  findings: Look['findings'],
  now: number,
): Look['findings'] {
  return findings.map(({ leg, finding }) => {
    const after = deliveryCheckAfter(leg.channel);
    if (finding.kind !== 'found' || after === undefined) return { leg, finding };
    return { leg, finding: { ...finding, deliveryCheckAt: now + after } };
  });
}

/** As a retry does it: a process that dies before the job is there leaves an accepted one to the sweeper. */
async function enqueue(
  ledger: Ledger,
  queues: Queues,
  record: NotificationRecord,
  now: number,
): Promise<void> {
  await addJobs(queues, [record], now);
  await ledger.change(record.id, (current) =>
    current.state === 'accepted' && current.generation === record.generation
      ? write(queued(current, ledger.clock.now()), undefined)
      : keep(undefined),
  );
}
