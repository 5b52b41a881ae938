import type { CallFailure, CallOptions, Permit } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { ConversationSummary } from '../genesys/resources/conversations.js';
import {
  conversationQuery,
  DAY_MS,
  involves,
  LONGEST_WINDOW_MS,
  PAGE_SIZE,
  startOf,
  type Window,
} from './conversationQuery.js';
import { classifyRead, HISTORY_MISMATCH, HISTORY_UNSTEADY } from './lookupError.js';
import type { BatchLimit, PendingLookup } from './pendingLookup.js';
import { ResultPages } from './resultPages.js';

/**
 * Groups whose windows one query can cover. Days count as a whole on the platform, so windows that
 * were measured from moments of the same day go together although they span a little more than the
 * longest interval: the day on which the earliest begins is searched from its first minute.
 */
function groupByWindow(members: readonly PendingLookup[]): PendingLookup[][] {
  const latestFirst = [...members].sort((a, b) => b.search.window.to - a.search.window.to);
  const groups: PendingLookup[][] = [];
  let reachesBackTo = Number.POSITIVE_INFINITY;
  for (const member of latestFirst) {
    const { from, to } = member.search.window;
    const group = groups.at(-1);
    if (group !== undefined && from >= reachesBackTo) {
      group.push(member);
    } else {
      groups.push([member]);
      reachesBackTo = startOfDay(to - LONGEST_WINDOW_MS);
    }
  }
  return groups;
}

/**
 * Members in groups that ask for at most `size` contact ids; those who ask about the same customer
 * stay together, and so do the ids of one customer, however many they are.
 */
function split(members: readonly PendingLookup[], size: number): PendingLookup[][] {
  const groups: PendingLookup[][] = [];
  let ids = new Set<string>();
  for (const customer of new Set(members.map(customerOf))) {
    const ofCustomer = members.filter((member) => customerOf(member) === customer);
    const theirs = contactsOf(ofCustomer);
    const group = groups.at(-1);
    if (group !== undefined && ids.size + theirs.length <= size) {
      group.push(...ofCustomer);
    } else {
      groups.push(ofCustomer);
      ids = new Set();
    }
    for (const id of theirs) ids.add(id);
  }
  return groups;
}

/** How many customers the members ask about. */
function customersIn(members: readonly PendingLookup[]): number {
  return new Set(members.map(customerOf)).size;
}

function customerOf({ contactIds: [mainId] }: PendingLookup): string {
  return mainId.toLowerCase();
}

/** The interval to ask for. */
function spanOf(members: readonly PendingLookup[]): Window {
  const windows = members.map(({ search: { window } }) => window);
  const to = Math.max(...windows.map((window) => window.to));
  const from = Math.min(...windows.map((window) => window.from));
  return { from: Math.max(from, to - LONGEST_WINDOW_MS), to };
}

/** Every id to ask for. */
function contactsOf(members: readonly PendingLookup[]): string[] {
  return [...new Set(members.flatMap(({ contactIds }) => contactIds))];
}

/**
 * How to call the platform for several at once: as long as any of them may wait, and broken off only
 * by what breaks off all of them: the stop of their worker, or halts of all their campaigns.
 */
export function optionsOf(members: readonly PendingLookup[]): CallOptions {
  const [first, ...others] = members.map(({ options }) => options);
  if (first === undefined) throw new Error('a batch without members');
  if (others.length === 0) return first;
  const all = [first, ...others];
  const deadline = Math.max(...all.map((options) => options.deadline ?? Number.POSITIVE_INFINITY));
  const signal = allAborted(all.map((options) => options.signal));
  return {
    lane: first.lane,
    signal,
    spentFor: all.flatMap(({ spentFor = [undefined] }) => spentFor),
    span: first.span,
    otherSpans: others.flatMap(({ span }) => span ?? []),
    deadline: Number.isFinite(deadline) ? deadline : undefined,
  };
}

/** Aborted once all of them are; undefined when one of them never will be. */
function allAborted(signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const distinct = new Set(signals);
  if (distinct.has(undefined)) return undefined;
  const [only] = distinct;
  if (distinct.size === 1) return only;
  const controller = new AbortController();
  const left = new Set([...distinct].filter((signal) => signal?.aborted === false));
  const drop = (signal: AbortSignal | undefined) => {
    left.delete(signal);
    if (left.size === 0) controller.abort();
  };
  for (const signal of left) signal?.addEventListener('abort', () => drop(signal), { once: true });
  if (left.size === 0) controller.abort();
  return controller.signal;
}

function startOfDay(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}

/** Full pages in a row that lead nowhere: the platform does not answer what it was asked. */
const FUTILE_PAGES_AT_MOST = 4;

export interface BatchParts {
  client: GenesysClient;
  limit: BatchLimit;
  /** By which deadlines are judged (epoch ms). */
  now: () => number;
  /** Called with each conversation that was not asked about. */
  onUnmatched: (conversationId: string) => void;
}

/**
 * Searches the conversations of many customers with as few queries as it takes, and ends every
 * member: answered, failed, or broken.
 *
 * One query covers one window for as many as the platform takes. It is paged until each member has
 * its newest conversations or there are no more. After each page those who have enough drop out; what
 * follows is asked for the rest alone, from where the page ended, so that a customer with hundreds of
 * conversations costs the others nothing. A query that fails fails its own members only.
 *
 * A refused query (400) of several is asked again in two halves. When both are taken, there were too
 * many at once, and that is remembered. An id that the platform dislikes whatever stands beside it
 * looks different: of two halves it spoils one, down to itself alone, and nothing is learned from it.
 *
 * The ticket is for the first query; each other asks for one of its own.
 */
export async function searchTogether(
  parts: BatchParts,
  members: readonly PendingLookup[],
  ticket: Permit | undefined,
): Promise<void> {
  const groups = groupByWindow(members).flatMap((group) => split(group, parts.limit.size));
  await Promise.all(groups.map((group, at) => search(parts, group, at === 0 ? ticket : undefined)));
}

/** Whether the platform took a query for all of these at once. */
async function search(
  parts: BatchParts,
  members: readonly PendingLookup[],
  ticket?: Permit,
): Promise<boolean> {
  try {
    return await searchPages(parts, members, ticket);
  } catch (error) {
    for (const member of members) if (member.isOpen) member.reject(error);
    return false;
  }
}

async function searchPages(
  parts: BatchParts,
  members: readonly PendingLookup[],
  firstTicket: Permit | undefined,
): Promise<boolean> {
  let window = spanOf(members);
  let pages = new ResultPages();
  let futilePages = 0;
  let metUnmatched = false;
  let reachedBefore = Number.POSITIVE_INFINITY;
  for (let queries = 0; ; queries += 1) {
    const open = stillWanted(members, parts.now());
    if (open.length === 0) return queries > 0;
    const contactIds = contactsOf(open);
    const ticket = queries === 0 ? firstTicket : undefined;
    const result = await parts.client.queryConversations(
      conversationQuery(contactIds, window, pages.number),
      { ...optionsOf(open), ticket },
    );
    if (!result.ok) {
      if (customersIn(open) > 1 && isRefused(result.failure)) await halve(parts, open);
      else for (const member of open) member.fail(classifyRead(result.failure));
      return queries > 0;
    }
    const { conversations, totalHits } = result.data;
    const { concernsMembers, unmatched } = distribute(parts, conversations, open);
    metUnmatched ||= unmatched;
    const turn = pages.turn(totalHits);
    if (turn === 'unsteady') return unsteady(open);
    if (turn === 'moved') {
      // A page that is read again leads no further, and is not futile.
      reachedBefore = Number.POSITIVE_INFINITY;
      continue;
    }
    const reachedTo = oldestStart(conversations);
    if (conversations.length < PAGE_SIZE || reachedTo === undefined)
      return completed(open, metUnmatched);
    futilePages = concernsMembers && reachedTo < reachedBefore ? 0 : futilePages + 1;
    if (futilePages === FUTILE_PAGES_AT_MOST) return completed(open, metUnmatched);
    reachedBefore = reachedTo;
    for (const member of open) member.endIfServed(reachedTo);
    const left = open.filter(({ isOpen }) => isOpen);
    if (left.length > 0 && left.length < open.length) {
      const { from, to } = spanOf(left);
      window = { from, to: Math.min(to, reachedTo + 1) };
      pages = new ResultPages();
      futilePages = 0;
      reachedBefore = Number.POSITIVE_INFINITY;
    }
  }
}

/** Where other people's conversations came, "none" is no answer for those who were asked about. */
function completed(members: readonly PendingLookup[], metUnmatched: boolean): true {
  for (const member of members) {
    if (metUnmatched && !member.foundAny) member.fail(HISTORY_MISMATCH);
    else member.complete();
  }
  return true;
}

/** "None" is no answer for those of whom nothing was found. */
function unsteady(members: readonly PendingLookup[]): true {
  for (const member of members) {
    if (member.foundAny) member.complete();
    else member.fail(HISTORY_UNSTEADY);
  }
  return true;
}

async function halve(parts: BatchParts, members: readonly PendingLookup[]): Promise<void> {
  const size = Math.ceil(contactsOf(members).length / 2);
  const taken = await Promise.all(split(members, size).map((half) => search(parts, half)));
  if (taken.every(Boolean)) parts.limit.learn(size);
}

/** Gives the conversations to those they are about; says whether there was any of the kind, and others. */
function distribute(
  { onUnmatched }: BatchParts,
  conversations: readonly ConversationSummary[],
  members: readonly PendingLookup[],
): { concernsMembers: boolean; unmatched: boolean } {
  let concernsMembers = false;
  let unmatched = false;
  for (const summary of conversations) {
    const concerned = members.filter(({ contactIds }) => involves(summary, contactIds));
    for (const member of concerned) member.add(summary);
    if (concerned.length === 0) {
      unmatched = true;
      onUnmatched(summary.conversationId);
    } else concernsMembers = true;
  }
  return { concernsMembers, unmatched };
}

/** Those that are still waited for; the others fail with the reason. */
function stillWanted(members: readonly PendingLookup[], now: number): PendingLookup[] {
  return members.filter((member) => {
    if (!member.isOpen) return false;
    const error = member.cancelled(now);
    if (error !== undefined) member.fail(error);
    return error === undefined;
  });
}

function oldestStart(conversations: readonly ConversationSummary[]): number | undefined {
  const starts = conversations.flatMap((summary) => startOf(summary) ?? []);
  return starts.length === 0 ? undefined : Math.min(...starts);
}

function isRefused(failure: CallFailure): boolean {
  return failure.kind === 'http' && failure.status === 400;
}
