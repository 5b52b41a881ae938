import type { Ticket } from '../genesys/admission.js';
import type { GenesysClient } from '../genesys/client.js';
import type { ConversationSummary } from '../genesys/conversations.js';
import type { CallFailure } from '../genesys/failure.js';
import type { BatchLimit } from './batchLimit.js';
import type { BatchMember } from './batchMember.js';
import { contactsOf, customersIn, groupByWindow, optionsOf, spanOf, split } from './batchPlan.js';
import { conversationQuery, involves, PAGE_SIZE, startOf } from './conversations.js';
import { HISTORY_MISMATCH, judgeRead } from './readFailure.js';

/** Full pages in a row that lead nowhere: the platform does not answer what it was asked. */
const FUTILE_PAGES_AT_MOST = 4;

export interface BatchParts {
  client: GenesysClient;
  limit: BatchLimit;
  /** By which deadlines are judged (epoch ms). */
  now: () => number;
  /** Told of each conversation that nobody asked about. */
  onUnmatched: (conversationId: string) => void;
}

/**
 * Searches the conversations of many customers with as few queries as it takes, and ends every
 * member: answered, failed, or broken.
 *
 * One query covers one window for as many as the platform takes. It is paged until each member has
 * its newest conversations or there are no more. After each page those who have enough drop out; what
 * follows is asked for the rest alone, from where the page ended, so that somebody with hundreds of
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
  members: readonly BatchMember[],
  ticket: Ticket | undefined,
): Promise<void> {
  const groups = groupByWindow(members).flatMap((group) => split(group, parts.limit.size));
  await Promise.all(groups.map((group, at) => search(parts, group, at === 0 ? ticket : undefined)));
}

/** Whether the platform took a query for all of these at once. */
async function search(
  parts: BatchParts,
  members: readonly BatchMember[],
  ticket?: Ticket,
): Promise<boolean> {
  try {
    return await searchPages(parts, members, ticket);
  } catch (error) {
    for (const member of members) if (member.isOpen) member.break(error);
    return false;
  }
}

async function searchPages(
  parts: BatchParts,
  members: readonly BatchMember[],
  firstTicket: Ticket | undefined,
): Promise<boolean> {
  let window = spanOf(members);
  let pageNumber = 1;
  let futilePages = 0;
  let metUnmatched = false;
  let reachedBefore = Number.POSITIVE_INFINITY;
  for (let queries = 0; ; queries += 1) {
    const open = stillWanted(members, parts.now());
    if (open.length === 0) return queries > 0;
    const contactIds = contactsOf(open);
    const ticket = queries === 0 ? firstTicket : undefined;
    const result = await parts.client.queryConversations(
      conversationQuery(contactIds, window, pageNumber),
      { ...optionsOf(open), ...(ticket !== undefined && { ticket }) },
    );
    if (!result.ok) {
      if (customersIn(open) > 1 && isRefused(result.failure)) await halve(parts, open);
      else for (const member of open) member.fail(judgeRead(result.failure));
      return queries > 0;
    }
    const { conversations } = result.data;
    const { concernsMembers, unmatched } = distribute(parts, conversations, open);
    metUnmatched ||= unmatched;
    const reachedTo = oldestStart(conversations);
    if (conversations.length < PAGE_SIZE || reachedTo === undefined)
      return completed(open, metUnmatched);
    futilePages = concernsMembers && reachedTo < reachedBefore ? 0 : futilePages + 1;
    if (futilePages === FUTILE_PAGES_AT_MOST) return completed(open, metUnmatched);
    reachedBefore = reachedTo;
    for (const member of open) member.endIfServed(reachedTo);
    const left = open.filter(({ isOpen }) => isOpen);
    if (left.length === open.length) {
      pageNumber += 1;
    } else if (left.length > 0) {
      const { from, to } = spanOf(left);
      window = { from, to: Math.min(to, reachedTo + 1) };
      pageNumber = 1;
      futilePages = 0;
      reachedBefore = Number.POSITIVE_INFINITY;
    }
  }
}

/** Where other people's conversations came, "none" is no answer for those who were asked about. */
function completed(members: readonly BatchMember[], metUnmatched: boolean): true {
  for (const member of members) {
    if (metUnmatched && !member.foundAny) member.fail(HISTORY_MISMATCH);
    else member.complete();
  }
  return true;
}

async function halve(parts: BatchParts, members: readonly BatchMember[]): Promise<void> {
  const size = Math.ceil(contactsOf(members).length / 2);
  const taken = await Promise.all(split(members, size).map((half) => search(parts, half)));
  if (taken.every(Boolean)) parts.limit.learn(size);
}

/** Gives the conversations to those they are about; says whether there was any of the kind, and others. */
function distribute(
  { onUnmatched }: BatchParts,
  conversations: readonly ConversationSummary[],
  members: readonly BatchMember[],
): { concernsMembers: boolean; unmatched: boolean } {
  let concernsMembers = false;
  let unmatched = false;
  for (const summary of conversations) {
    const concerned = members.filter(({ contactIds }) => involves(summary, contactIds));
    for (const member of concerned) member.offer(summary);
    if (concerned.length === 0) {
      unmatched = true;
      onUnmatched(summary.conversationId);
    } else concernsMembers = true;
  }
  return { concernsMembers, unmatched };
}

/** Those for whom anybody still waits; the others are told why not. */
function stillWanted(members: readonly BatchMember[], now: number): BatchMember[] {
  return members.filter((member) => {
    if (!member.isOpen) return false;
    const trouble = member.gaveUp(now);
    if (trouble !== undefined) member.fail(trouble);
    return trouble === undefined;
  });
}

function oldestStart(conversations: readonly ConversationSummary[]): number | undefined {
  const starts = conversations.flatMap((summary) => startOf(summary) ?? []);
  return starts.length === 0 ? undefined : Math.min(...starts);
}

function isRefused(failure: CallFailure): boolean {
  return failure.kind === 'http' && failure.status === 400;
}
