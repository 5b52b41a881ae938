import type { CallOptions } from '../genesys/call.js';
import type { BatchMember } from './batchMember.js';
import { DAY_MS, LONGEST_WINDOW_MS, type Window } from './conversations.js';

/**
 * Groups whose windows one query can cover. Days count as a whole on the platform, so windows that
 * were measured from moments of the same day go together although they span a little more than the
 * longest interval: the day on which the earliest begins is searched from its first minute.
 */
export function groupByWindow(members: readonly BatchMember[]): BatchMember[][] {
  const latestFirst = [...members].sort((a, b) => b.search.window.to - a.search.window.to);
  const groups: BatchMember[][] = [];
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
export function split(members: readonly BatchMember[], size: number): BatchMember[][] {
  const groups: BatchMember[][] = [];
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
export function customersIn(members: readonly BatchMember[]): number {
  return new Set(members.map(customerOf)).size;
}

function customerOf({ contactIds: [mainId] }: BatchMember): string {
  return mainId.toLowerCase();
}

/** The interval to ask for. */
export function spanOf(members: readonly BatchMember[]): Window {
  const windows = members.map(({ search: { window } }) => window);
  const to = Math.max(...windows.map((window) => window.to));
  const from = Math.min(...windows.map((window) => window.from));
  return { from: Math.max(from, to - LONGEST_WINDOW_MS), to };
}

/** Every id to ask for. */
export function contactsOf(members: readonly BatchMember[]): string[] {
  return [...new Set(members.flatMap(({ contactIds }) => contactIds))];
}

/**
 * How to call the platform for several at once: as long as any of them may wait, and broken off only
 * by what breaks off all of them: the stop of their worker, or halts of all their campaigns.
 */
export function optionsOf(members: readonly BatchMember[]): CallOptions {
  const [first, ...others] = members.map(({ options }) => options);
  if (first === undefined) throw new Error('a batch without members');
  if (others.length === 0) return first;
  const all = [first, ...others];
  const deadline = Math.max(...all.map((options) => options.deadline ?? Number.POSITIVE_INFINITY));
  const signal = allAborted(all.map((options) => options.signal));
  return {
    lane: first.lane,
    ...(signal !== undefined && { signal }),
    ...(Number.isFinite(deadline) && { deadline }),
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
