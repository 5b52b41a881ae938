import type { CallOptions } from '../genesys/call.js';
import type { ConversationSummary } from '../genesys/resources/conversations.js';
import {
  type ContactIds,
  customersConversation,
  isWithin,
  type PastConversation,
  startOf,
  type Window,
} from './conversationQuery.js';
import { found, type LookupError, type Read } from './lookupError.js';

/** The platform's own limit is not published; this many were never refused where it was tried. */
export const LARGEST_BATCH = 50;
const FORGOTTEN_AFTER_MS = 60 * 60 * 1000;

/**
 * How many contacts may be asked about at once. It is learned by being refused, and forgotten after
 * an hour: a lesson that was wrong, or no longer holds, costs little for that long.
 */
export class BatchLimit {
  readonly #now: () => number;
  #learned: { size: number; at: number } | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get size(): number {
    if (this.#learned === undefined) return LARGEST_BATCH;
    if (this.#now() - this.#learned.at > FORGOTTEN_AFTER_MS) return LARGEST_BATCH;
    return this.#learned.size;
  }

  /** More than `size` were refused, and `size` of them were not. */
  learn(size: number): void {
    this.#learned = { size, at: this.#now() };
  }
}

/** More conversations in a window than this are no customer's history, but a loop of ours or of a bot. */
const LOOKED_THROUGH_AT_MOST = 400;

export interface ConversationSearch {
  /** Whose conversations: all ids the customer goes by. */
  contactIds: ContactIds;
  /** At most 31 days. */
  window: Window;
  /** Ids of conversations that the asker has already. */
  known: ReadonlySet<string>;
}

/** What a search brought: at least one conversation, or as many as there are. */
export interface FoundConversations {
  /** Newest first. */
  conversations: PastConversation[];
  /** What started before this (epoch ms) has not been looked through; the window's start when all of it has. */
  unseenBefore: number;
}

/** One customer's search within a batch: what it has found so far, and its end once it has one. */
export class PendingLookup {
  readonly search: ConversationSearch;
  readonly options: CallOptions;
  readonly #found: PastConversation[] = [];
  readonly #lookedThrough = new Set<string>();
  #end:
    | { kind: 'answered'; answer: Read<FoundConversations> }
    | { kind: 'broken'; error: unknown }
    | undefined;

  constructor(search: ConversationSearch, options: CallOptions) {
    this.search = search;
    this.options = options;
  }

  get contactIds(): ContactIds {
    return this.search.contactIds;
  }

  get foundAny(): boolean {
    return this.#found.length > 0;
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /** The answer; throws what broke the search, if anything did. */
  get outcome(): Read<FoundConversations> {
    if (this.#end === undefined) throw new Error('a search was forgotten by its batch');
    if (this.#end.kind === 'broken') throw this.#end.error;
    return this.#end.answer;
  }

  /** Why no look-up waits for this search any more, if so: its worker stops, or its notification is too late. */
  cancelled(now: number): LookupError | undefined {
    if (this.options.signal?.aborted) return { kind: 'stopping' };
    if ((this.options.deadline ?? now) < now) return { kind: 'past_deadline' };
    return undefined;
  }

  fail(error: LookupError): void {
    this.#end = { kind: 'answered', answer: { ok: false, error } };
  }

  /** Something threw that is no answer of the platform's. */
  reject(error: unknown): void {
    this.#end = { kind: 'broken', error };
  }

  /** Takes a conversation of this customer's in, unless it lies outside the window or was met before. */
  add(summary: ConversationSummary): void {
    const { window, known } = this.search;
    const { conversationId } = summary;
    if (!isWithin(window, startOf(summary)) || this.#lookedThrough.has(conversationId)) return;
    this.#lookedThrough.add(conversationId);
    const conversation = customersConversation(summary, this.contactIds);
    if (conversation !== undefined && !known.has(conversationId)) this.#found.push(conversation);
  }

  /** After a full page that went back to `reachedTo` (epoch ms): ends the search if it may end. */
  endIfServed(reachedTo: number): void {
    const { window } = this.search;
    if (reachedTo < window.from) {
      this.complete();
    } else if (this.#found.length > 0) {
      // Others may have started in the same millisecond, and stand on the next page.
      const unseenBefore = reachedTo + 1;
      this.#answer(unseenBefore < window.to ? unseenBefore : window.from);
    } else if (this.#lookedThrough.size >= LOOKED_THROUGH_AT_MOST) {
      this.complete();
    }
  }

  /** There is nothing more in the window. */
  complete(): void {
    this.#answer(this.search.window.from);
  }

  #answer(unseenBefore: number): void {
    const conversations = this.#found.sort(
      (a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt),
    );
    this.#end = { kind: 'answered', answer: found({ conversations, unseenBefore }) };
  }
}
