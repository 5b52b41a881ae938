import type { CampaignKeys, ConsentKeys, KeysOfCampaign, LedgerKeys } from '../redis/keys.js';
import { deliveryArguments } from './awaitedDelivery.js';
import { begins } from './campaignStop.js';
import type { Snapshot } from './codec.js';
import { detailFieldOf } from './countedReason.js';
import { consentArguments, type IntentConsent } from './intentConsent.js';
import { eventsOf } from './notificationEvent.js';
import { countLabel, isLive, isSettled, type NotificationRecord, unknownSince } from './record.js';
import type { Retention } from './retention.js';
import { type SearchIndex, searchArguments } from './searchIndex.js';
import { nextCheck } from './settlement.js';

/** Where a change of a record is written, and how long it is kept there. */
export interface ChangePlaces {
  keys: LedgerKeys;
  campaignKeys: CampaignKeys;
  consentKeys: ConsentKeys;
  retention: Retention;
  search?: SearchIndex;
}

/** What prevents a change: nothing; a pause or a halt; of an intent also an opt-out or a full cap. */
export type WriteWhen = 'always' | 'unless halted' | IntentConsent;

export interface RecordChange {
  snapshot: Snapshot;
  next: NotificationRecord;
  /** `next` with its new tag, packed. */
  bytes: Buffer;
  when: WriteWhen;
}

/** What the script of a change (lua/change.lua, which says what each is) is called with, in its order. */
export function changeArguments(
  { keys: ledger, campaignKeys, consentKeys, retention, search }: ChangePlaces,
  { snapshot, next, bytes, when }: RecordChange,
): { keys: string[]; args: (string | number | Buffer)[] } {
  const { id } = next;
  const keys = [
    ledger.record(id),
    ledger.request(id),
    ledger.checkpoint(id),
    ledger.due,
    ledger.unknown,
    ledger.paused,
    ledger.outcomes,
    ledger.feed,
  ];
  const campaign = campaignOf(campaignKeys, next);
  if (campaign !== undefined) keys.push(campaign.counts, campaign.live, campaign.halt);
  const asked = typeof when === 'string' ? undefined : when;
  const consent = consentArguments(consentKeys, snapshot.record, next, asked);
  const searched = searchArguments(search, snapshot.record, next);
  const delivery = deliveryArguments(ledger, snapshot.record, next);
  const looks = looksArguments(ledger, snapshot.record, next);
  keys.push(...consent.keys, ...searched.keys, ...delivery.keys, ...looks.keys);
  const args = [
    id,
    snapshot.tag,
    bytes,
    Math.ceil(nextCheck(next, next.updatedAt) ?? 0) || '',
    isSettled(next) ? retention.ledgerMs : '',
    retention.requestMs,
    next.state === 'unknown' ? Math.ceil(unknownSince(next)) : '',
    when === 'always' ? '' : begins(next),
    next.row ?? '',
    next.createdAt,
    countLabel(snapshot.record),
    countLabel(next),
    isLive(next) ? '1' : '',
    detailFieldOf(snapshot.record),
    detailFieldOf(next),
    ...delivery.args,
    ...searched.args,
    looks.arg,
    ...consent.args,
    ...feedArguments(retention, snapshot.record, next),
  ];
  return { keys, args };
}

/** The most that the feed may hold, the events of this change, and how many they are. */
function feedArguments(
  { eventsMax }: Retention,
  before: NotificationRecord,
  next: NotificationRecord,
): (string | number | Buffer)[] {
  const events = eventsOf(before, next);
  return [eventsMax ?? '', ...events, events.length];
}

/** When the platform is asked what became of it, for the list of those: only where that has changed. */
function looksArguments(
  { looks }: LedgerKeys,
  before: NotificationRecord,
  next: NotificationRecord,
): { keys: string[]; arg: string | number } {
  const at = next.looks?.nextAt;
  if (at === before.looks?.nextAt) return { keys: [], arg: '' };
  return { keys: [looks], arg: at === undefined ? 'over' : Math.ceil(at) };
}

function campaignOf(
  keys: CampaignKeys,
  { campaignId, row }: NotificationRecord,
): KeysOfCampaign | undefined {
  // A campaign's name alone is what any caller may write; only released rows carry a number.
  return campaignId === undefined || row === undefined ? undefined : keys.of(campaignId);
}
