import { UNKNOWN_CONTACT } from '../dispatch/channels/channel.js';
import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { ConversationQuery, ConversationSummary } from '../genesys/resources/conversations.js';
import { BULK_TRIALS } from './exploreBulk.js';
import { type CheckResult, ok, skipped, warning } from './finding.js';
import { notUsable, type Trial, type TrialPace, type TrialTools } from './trial.js';

/*
 * Tries what the platform's documents leave open. Each trial reads, or starts one piece of work for
 * one contact or one conversation; no customer is reached, and nothing of theirs is shown. The product
 * depends on none of it: it finds out by itself what works, and falls back.
 */

const OPTIONS: CallOptions = { lane: 'campaign' };
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Genesys: a query may span seven days where no contact narrows it. */
const SAMPLE_DAYS = 7;
const SAMPLED = 25;
const AT_ONCE = 100;
/** How many contacts a request may name is not documented. */
const CONTACTS_AT_ONCE = [100, 50, 25] as const;
export const EXPLORE_PACE: TrialPace = { pollMs: 3_000, polls: 10 };

const TRIALS: readonly Trial[] = [
  { requests: () => 1, run: canonicalFilter },
  { requests: () => 1, run: conversationsAtOnce },
  { requests: () => CONTACTS_AT_ONCE.length, run: contactsAtOnce },
  { requests: () => 1, run: summary },
  ...BULK_TRIALS,
];

/** How often `explore` asks the platform at most: fewer times where the platform is quick. */
export function exploreRequests(pace: TrialPace): number {
  return TRIALS.reduce((sum, { requests }) => sum + requests(pace), 1);
}

export async function explore(client: GenesysClient, pace: TrialPace): Promise<CheckResult[]> {
  const found = await client.queryConversations(recentWebConversations(), OPTIONS);
  if (!found.ok) return [notUsable('conversations of the last week', found.failure)];
  const sample = sampleOf(found.data.conversations);
  const results: CheckResult[] = [];
  for (const { run } of TRIALS) {
    results.push(await run({ ...pace, client, options: OPTIONS, sample }));
  }
  return results;
}

function recentWebConversations(): ConversationQuery {
  return {
    interval: lastDays(SAMPLE_DAYS),
    order: 'desc',
    paging: { pageSize: SAMPLED, pageNumber: 1 },
    segmentFilters: [
      { type: 'and', predicates: [{ dimension: 'messageType', value: 'webmessaging' }] },
    ],
  };
}

function sampleOf(conversations: readonly ConversationSummary[]): TrialTools['sample'] {
  for (const { conversationId, conversationEnd, participants } of conversations) {
    const contactId = participants.find((each) => each.externalContactId)?.externalContactId;
    if (conversationEnd !== undefined && contactId !== undefined) {
      return { conversationId, contactId };
    }
  }
  return undefined;
}

/** A merged customer would be found by one id instead of by all of their merge set. */
async function canonicalFilter({ client, options, sample }: TrialTools): Promise<CheckResult> {
  const what = 'canonicalExternalContactId as a filter';
  if (sample === undefined) return noSample(what);
  const result = await client.queryConversations(
    {
      ...recentWebConversations(),
      segmentFilters: [
        {
          type: 'and',
          predicates: [{ dimension: 'canonicalExternalContactId', value: sample.contactId }],
        },
      ],
    },
    options,
  );
  if (!result.ok) return notUsable(what, result.failure);
  const { conversations } = result.data;
  const others = conversations.filter(
    ({ participants }) =>
      !participants.some(({ externalContactId }) => externalContactId === sample.contactId),
  );
  if (conversations.length === 0) {
    return ok('explore', `${what}: finds nothing for the contact that was tried`);
  }
  return ok(
    'explore',
    `${what}: ${others.length === 0 ? 'works' : 'is ignored, or finds what was merged into the contact'}`,
  );
}

/** The state of many messages is asked for in one query. */
async function conversationsAtOnce({ client, options }: TrialTools): Promise<CheckResult> {
  const what = `a query for ${AT_ONCE} conversations`;
  const result = await client.queryDeliveries(
    {
      interval: lastDays(1),
      paging: { pageSize: AT_ONCE, pageNumber: 1 },
      conversationFilters: [
        {
          type: 'or',
          predicates: unknownIds(AT_ONCE).map((value) => ({ dimension: 'conversationId', value })),
        },
      ],
    },
    options,
  );
  return result.ok ? ok('explore', `${what}: works`) : notUsable(what, result.failure);
}

async function contactsAtOnce({ client, options }: TrialTools): Promise<CheckResult> {
  const what = 'contacts in one request';
  for (const size of CONTACTS_AT_ONCE) {
    const result = await client.resolveContacts(unknownIds(size), options);
    if (result.ok) return ok('explore', `${what}: ${size}`);
    const { failure } = result;
    if (failure.kind !== 'http' || failure.status !== 400) return notUsable(what, failure);
  }
  return warning('explore', `${what}: a few only`, 'Nothing: they are asked for in smaller lots.');
}

async function summary({ client, options, sample }: TrialTools): Promise<CheckResult> {
  const what = 'summaries';
  if (sample === undefined) return noSample(what);
  const result = await client.getConversationSummary(sample.conversationId, options);
  if (!result.ok) return notUsable(what, result.failure);
  const found = result.data === null ? 'none of the conversation that was tried' : 'there are some';
  return ok('explore', `${what}: ${found}`);
}

function noSample(what: string): CheckResult {
  return skipped('explore', `${what}: no web conversation ended in the last ${SAMPLE_DAYS} days`);
}

/** Ids of the right form that belong to nothing. */
function unknownIds(size: number): string[] {
  const start = UNKNOWN_CONTACT.slice(0, -4);
  return Array.from({ length: size }, (_, at) => `${start}${String(at).padStart(4, '0')}`);
}

function lastDays(days: number): string {
  const now = Date.now();
  return [now - days * DAY_MS, now].map((at) => new Date(at).toISOString()).join('/');
}
