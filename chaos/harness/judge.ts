import { setTimeout as pause } from 'node:timers/promises';
import { isSettled, type NotificationRecord } from '#product/notification/record.js';
import type { State } from '#product/notification/state.js';
import type { Delivered } from './platform.js';
import type { Planned } from './recipients.js';
import type { Scene } from './scene.js';

const LOOK_EVERY_MS = 500;
const READ_AT_ONCE = 500;

export type FindingKind = 'sent twice' | 'lost' | 'untrue' | 'forgotten';

/** A notification about which a promise was broken, with all that is known of it. */
export interface Finding {
  kind: FindingKind;
  id: string;
  what: string;
  record?: NotificationRecord;
  delivered: Delivered[];
}

export interface Verdict {
  accepted: number;
  findings: Finding[];
  /** How many became `unknown`, and how many are so at the end. */
  unknown: number;
  unknownAfter: number;
  /** Why those at the end are, by reason. */
  doubts: Record<string, number>;
  states: Record<string, number>;
}

export type Records = ReadonlyMap<string, NotificationRecord>;

/** Nothing more happens to it by itself. */
function hasEnded(record: NotificationRecord): boolean {
  if (record.state === 'unknown') return record.looks?.nextAt === undefined;
  return isSettled(record);
}

/**
 * The records of all that was planned, once those that are there have ended, or the time for it is over. To be asked when
 * nothing more is handed over: what is not there by then is gone.
 */
export async function untilEnded(scene: Scene): Promise<Records> {
  const giveUpAt = Date.now() + scene.settings.settleMs;
  const found = new Map<string, NotificationRecord>();
  let open = scene.planned.map(({ request }) => request.id);
  for (;;) {
    const records = await readAll(scene, open);
    for (const record of records) found.set(record.id, record);
    open = records.filter((record) => !hasEnded(record)).map(({ id }) => id);
    if (open.length === 0 || Date.now() > giveUpAt) return found;
    await pause(LOOK_EVERY_MS);
  }
}

/** Reads again what it cannot read while Redis is away. */
async function readAll(scene: Scene, ids: readonly string[]): Promise<NotificationRecord[]> {
  const records: NotificationRecord[] = [];
  for (let from = 0; from < ids.length; ) {
    try {
      const some = ids.slice(from, from + READ_AT_ONCE);
      for (const record of await scene.producer.store.ledger.readAll(some)) {
        if (record !== undefined) records.push(record);
      }
      from += READ_AT_ONCE;
    } catch {
      await pause(LOOK_EVERY_MS);
    }
  }
  return records;
}

/** Compares what the ledger says of all that was planned with what customers got. */
export async function judge(scene: Scene, records: Records): Promise<Verdict> {
  const deliveredTo = byNotification(scene.planned, await scene.platform.record());
  const findings: Finding[] = [];
  const states: Record<string, number> = {};
  const doubts: Record<string, number> = {};
  let unknown = 0;
  for (const { request } of scene.planned) {
    const { id } = request;
    const acceptedAt = scene.intake.acceptedAt.get(id);
    const record = records.get(id);
    const delivered = deliveredTo.get(id) ?? [];
    const found = await findingsOf({
      acceptedAt,
      record,
      delivered,
      forgivenFrom: scene.forgivenFrom,
      platformHas: (messageId) => scene.platform.hasMessage(messageId),
    });
    findings.push(...found.map((finding) => ({ ...finding, id, record, delivered })));
    if (record?.timeline.some(({ state }) => state === 'unknown')) unknown += 1;
    if (acceptedAt === undefined) continue;
    const state = record?.state ?? 'gone';
    states[state] = (states[state] ?? 0) + 1;
    if (record?.state !== 'unknown') continue;
    const doubt = await doubtOf(scene, record);
    doubts[doubt] = (doubts[doubt] ?? 0) + 1;
  }
  const accepted = scene.intake.acceptedAt.size;
  const unknownAfter = states['unknown'] ?? 0;
  return { accepted, findings, unknown, unknownAfter, doubts, states };
}

/** Why it is unknown in the end; without its request the platform could not be asked. */
async function doubtOf({ producer }: Scene, { id, timeline }: NotificationRecord): Promise<string> {
  const reason = timeline.at(-1)?.reason ?? 'no reason';
  const request = await producer.store.ledger.readRequest(id);
  return request === undefined ? `${reason}, and Redis has forgotten its request` : reason;
}

function byNotification(
  planned: readonly Planned[],
  record: readonly Delivered[],
): Map<string, Delivered[]> {
  const idOf = new Map(
    planned.flatMap(({ request, reaches }) => reaches.map((to) => [to, request.id])),
  );
  const found = new Map<string, Delivered[]>();
  for (const delivered of record) {
    const id =
      idOf.get(delivered.to.toLowerCase()) ?? idOf.get(delivered.customerId?.toLowerCase() ?? '');
    if (id === undefined)
      throw new Error('the sandbox delivered to a recipient of no notification');
    found.set(id, [...(found.get(id) ?? []), delivered]);
  }
  return found;
}

/** What is known of one notification. */
interface Evidence {
  /** When it was accepted (epoch ms); absent when its caller never had an answer. */
  acceptedAt?: number;
  record?: NotificationRecord;
  delivered: readonly Delivered[];
  /** What was accepted from then on (epoch ms) and is gone counts as `forgotten`. */
  forgivenFrom?: number;
  /** Whether the platform has a message by this id, delivered or not. */
  platformHas(messageId: string): Promise<boolean>;
}

/** Which promises were broken. The record of the sandbox decides: the ledger is what is judged. */
export async function findingsOf(
  evidence: Evidence,
): Promise<{ kind: FindingKind; what: string }[]> {
  const { acceptedAt, record, delivered, forgivenFrom } = evidence;
  const findings: { kind: FindingKind; what: string }[] = [];
  if (delivered.length > 1) findings.push({ kind: 'sent twice', what: decisionBetween(record) });
  if (record === undefined && acceptedAt !== undefined) {
    const kind = forgivenFrom !== undefined && acceptedAt >= forgivenFrom ? 'forgotten' : 'lost';
    findings.push({ kind, what: 'accepted, and no record is there' });
  }
  if (record === undefined) return findings;
  // What is unknown waits for the platform or for a person, and says so.
  if (acceptedAt !== undefined && record.state !== 'unknown' && !hasEnded(record)) {
    const what = `accepted, and still ${record.state} when the time was over`;
    findings.push({ kind: 'lost', what });
  }
  const untrue = await untrueBecause(record, evidence);
  if (untrue !== undefined) findings.push({ kind: 'untrue', what: untrue });
  return findings;
}

/** Which `unknown` lies between two messages, and who decided it. */
function decisionBetween(record: NotificationRecord | undefined): string {
  const timeline = record?.timeline ?? [];
  const place = timeline.findIndex(({ state }) => state === 'unknown');
  const [doubt, decided] = timeline.slice(place);
  if (place === -1 || doubt === undefined) return 'no unknown in between';
  const by = decided?.reason ?? decided?.detail ?? 'no reason';
  return `unknown (${doubt.reason}), then ${decided?.state ?? 'nothing'} (${by})`;
}

const SENT: ReadonlySet<State> = new Set(['sent', 'delivered', 'read']);
const NOT_SENT: ReadonlySet<State> = new Set([
  'skipped',
  'failed',
  'expired',
  'cancelled',
  'undelivered',
]);

/** What the state claims that the record of the sandbox does not have, or the other way round. */
async function untrueBecause(
  { state, legs }: NotificationRecord,
  { delivered, platformHas }: Evidence,
): Promise<string | undefined> {
  if (NOT_SENT.has(state)) {
    return delivered.length > 0 ? `${state}, and the customer got a message` : undefined;
  }
  if (!SENT.has(state)) return undefined;
  const leg = legs.findLast(({ outcome }) => outcome === 'sent');
  if (leg?.messageId === undefined) return `${state}, without the id of a message`;
  if (delivered.some(({ messageId }) => messageId === leg.messageId)) return undefined;
  if (state === 'sent' && (await platformHas(leg.messageId))) return undefined;
  return `${state}, and the platform has no such message`;
}
