import type { CallFailure } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { ConversationSummary } from '../genesys/resources/conversations.js';
import { recordNews, recordNoNews } from '../notification/answer.js';
import { askedFrom, awaitedLeg, hasOwnCheck } from '../notification/awaitedDelivery.js';
import type { Snapshot } from '../notification/codec.js';
import type { Ledger } from '../notification/ledger.js';
import type { Leg, NotificationRecord } from '../notification/record.js';
import type { Lane } from '../notification/state.js';
import type { DeliveryIndex } from './deliveryIndex.js';
import { findingFor, statusQuery } from './statusQuery.js';

/** A sent message of which news is awaited. */
export interface AwaitedMessage {
  snapshot: Snapshot;
  leg: Leg;
}

export type BatchEnd = { kind: 'asked' } | { kind: 'failed'; failure: CallFailure };

export interface BatchTools {
  ledger: Ledger;
  index: DeliveryIndex;
  client: Pick<GenesysClient, 'queryDeliveries'>;
}

export function awaitedMessage(snapshot: Snapshot): AwaitedMessage | undefined {
  const leg = awaitedLeg(snapshot.record);
  return leg === undefined ? undefined : { snapshot, leg };
}

/** Asks what became of these messages, in one request, and records what is final. */
export async function askTogether(
  tools: BatchTools,
  messages: readonly AwaitedMessage[],
  signal: AbortSignal,
): Promise<BatchEnd> {
  const { ledger, client } = tools;
  const query = statusQuery(
    messages.map(({ leg }) => leg),
    await ledger.clock.current(),
  );
  const answer = await client.queryDeliveries(query, {
    lane: laneOf(messages),
    signal,
    spentFor: messages.map(({ snapshot }) => snapshot.record.campaignId),
  });
  if (!answer.ok) return { kind: 'failed', failure: answer.failure };
  await recordAnswers(tools, messages, answer.data.conversations);
  return { kind: 'asked' };
}

/** They are not asked about together: a web message has its own check, an email stays `sent`. */
export async function leaveAlone(
  { ledger, index }: BatchTools,
  messages: readonly AwaitedMessage[],
): Promise<void> {
  const changes = messages.flatMap(({ snapshot, leg }) =>
    changeTo(snapshot, recordNoNews(snapshot.record, leg.messageId ?? '').next),
  );
  await ledger.changeAll(changes);
  await index.asked(messages.map(({ snapshot }) => snapshot.record.id));
}

async function recordAnswers(
  tools: BatchTools,
  messages: readonly AwaitedMessage[],
  conversations: readonly ConversationSummary[],
): Promise<void> {
  const { ledger, index } = tools;
  const now = await ledger.clock.current();
  const shared = conversationsOfSeveral(messages);
  const suspected: string[] = [];
  const silent: AwaitedMessage[] = [];
  const changes = messages.flatMap((message) => {
    const { leg, snapshot } = message;
    const { record } = snapshot;
    const finding = findingFor(leg, conversations);
    if (finding === 'suspected') {
      suspected.push(record.id);
      return [];
    }
    if (finding === 'silent' || shared.has(leg.conversationId)) {
      silent.push(message);
      return [];
    }
    const news = { messageId: leg.messageId ?? '', delivery: finding, mayFallBack: false };
    return changeTo(snapshot, recordNews(record, news, now).next);
  });
  await ledger.changeAll(changes);
  // First on the one list, then off the other: a process that dies in between loses none.
  await index.suspect(suspected, now);
  await index.asked(suspected);
  const tooEarly = silent.filter(({ snapshot: { record } }) => isTooEarly(record, now));
  await index.askAgain(
    tooEarly.map(({ snapshot: { record } }) => ({ id: record.id, at: askedFrom(record) ?? now })),
  );
  await leaveAlone(
    tools,
    silent.filter((message) => !tooEarly.includes(message)),
  );
}

/** It was asked about before its turn, which is still to come. */
function isTooEarly(record: NotificationRecord, now: number): boolean {
  return now < (askedFrom(record) ?? 0);
}

/** Conversations that hold several messages of ours: their status may be that of either. */
function conversationsOfSeveral(messages: readonly AwaitedMessage[]): Set<string | undefined> {
  const seen = new Set<string | undefined>();
  const several = new Set<string | undefined>();
  for (const { leg } of messages) {
    if (seen.has(leg.conversationId)) several.add(leg.conversationId);
    seen.add(leg.conversationId);
  }
  return several;
}

function changeTo(snapshot: Snapshot, next: NotificationRecord | undefined) {
  return next === undefined ? [] : [{ snapshot, next }];
}

function laneOf(messages: readonly AwaitedMessage[]): Lane {
  const isUrgent = messages.some(({ snapshot }) => snapshot.record.lane === 'transactional');
  return isUrgent ? 'transactional' : 'campaign';
}

/** Those with a check of their own that is due need not be asked about any more. */
export function isStillAsked({ snapshot: { record } }: AwaitedMessage, now: number): boolean {
  return !hasOwnCheck(record) || now < (record.deliveryCheckAt ?? 0);
}
