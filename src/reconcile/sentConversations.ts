import type { CallFailure, CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { ConversationSummary } from '../genesys/resources/conversations.js';
import { LONGEST_WINDOW_MS, PAGE_SIZE } from '../history/conversationQuery.js';
import { ResultPages } from '../history/resultPages.js';
import type { Channel } from '../notification/state.js';
import type { LookTarget } from './lookTarget.js';
import { sentQuery, windowOf } from './sentQuery.js';

export type SearchEnd =
  /** Every page was read. */
  | { kind: 'answered'; conversations: ConversationSummary[] }
  | { kind: 'failed'; failure: CallFailure }
  /** Pages shifted while they were read: what was on their border may be missing. */
  | { kind: 'incomplete' };

/** A customer with more conversations in a month is no customer; it would cost the budget of a minute. */
const PAGES_AT_MOST = 20;

/** From when on conversations are searched (epoch ms): a message may join one that is as old as can be asked for. */
export function searchedFrom(now: number): number {
  return now - LONGEST_WINDOW_MS + 60_000;
}

/** The conversations that can hold the messages of these targets, all of one channel, however many pages they take. */
export async function searchSent(
  client: Pick<GenesysClient, 'queryDeliveries'>,
  channel: Channel,
  targets: readonly LookTarget[],
  now: number,
  options: CallOptions,
): Promise<SearchEnd> {
  const addresses = [...new Set(targets.flatMap((target) => target.addresses))];
  const earliest = Math.min(...targets.map((target) => windowOf(target).from));
  // An email begins a conversation of its own; a message may join an old one.
  const from = channel === 'email' ? Math.max(earliest, searchedFrom(now)) : searchedFrom(now);
  const found = new Map<string, ConversationSummary>();
  const pages = new ResultPages();
  for (let read = 0; read < PAGES_AT_MOST; read += 1) {
    const query = sentQuery(channel, addresses, { from, to: now + 60_000 }, pages.number);
    const answer = await client.queryDeliveries(query, options);
    if (!answer.ok) return { kind: 'failed', failure: answer.failure };
    const { conversations, totalHits } = answer.data;
    for (const each of conversations) found.set(each.conversationId.toLowerCase(), each);
    const turn = pages.turn(totalHits);
    if (turn === 'unsteady') break;
    if (turn === 'moved') continue;
    if (conversations.length < PAGE_SIZE) {
      const isComplete = found.size >= (totalHits ?? 0);
      if (!isComplete) break;
      return { kind: 'answered', conversations: [...found.values()] };
    }
  }
  return { kind: 'incomplete' };
}
