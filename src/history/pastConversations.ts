import type { CallOptions } from '../genesys/call.js';
import type { ConversationLoader } from './conversationLoader.js';
import {
  type ContactIds,
  DAY_MS,
  LONGEST_WINDOW_MS,
  type PastConversation,
  type Window,
} from './conversationQuery.js';
import { found, type Read } from './lookupError.js';

/**
 * A customer's web conversations, newest first, no older than the look-back. Nothing is asked for
 * before it is wanted: mostly the first answer is enough, and looking back goes on, window by window,
 * only for those whose newest conversations were not.
 *
 * The platform matches whole days (a conversation that started on a day the interval touches), so
 * start times are checked against the window.
 */
export class PastConversations {
  readonly #loader: ConversationLoader;
  readonly #contactIds: ContactIds;
  readonly #now: number;
  readonly #oldest: number;
  readonly #options: CallOptions;
  readonly #known = new Set<string>();
  #atHand: PastConversation[] = [];
  #unseenBefore: number;

  constructor(
    loader: ConversationLoader,
    search: { contactIds: ContactIds; lookbackDays: number; now: number },
    options: CallOptions,
  ) {
    this.#loader = loader;
    this.#contactIds = search.contactIds;
    this.#now = search.now;
    this.#oldest = search.now - search.lookbackDays * DAY_MS;
    this.#unseenBefore = search.now;
    this.#options = options;
  }

  /** The next older one, or undefined when there is none. */
  async next(): Promise<Read<PastConversation | undefined>> {
    while (this.#atHand.length === 0 && this.#unseenBefore > this.#oldest) {
      const search = {
        contactIds: this.#contactIds,
        window: this.#window(),
        known: this.#known,
      };
      const looked = await this.#loader.load(search, this.#options);
      if (!looked.ok) return looked;
      this.#unseenBefore = looked.value.unseenBefore;
      this.#atHand = looked.value.conversations;
      for (const { conversationId } of this.#atHand) this.#known.add(conversationId);
    }
    return found(this.#atHand.shift());
  }

  /** Those that `next` would give without asking the platform again. */
  get atHand(): readonly PastConversation[] {
    return this.#atHand;
  }

  /** Windows lie on a grid counted back from now, so that those of many customers fit together. */
  #window(): Window {
    const to = this.#unseenBefore;
    const windowsBack = Math.floor((this.#now - to) / LONGEST_WINDOW_MS) + 1;
    return { from: Math.max(this.#oldest, this.#now - windowsBack * LONGEST_WINDOW_MS), to };
  }
}

/** The same, where all of them were found before. */
export class KnownConversations {
  readonly #left: PastConversation[];

  constructor(known: readonly PastConversation[]) {
    this.#left = [...known];
  }

  async next(): Promise<Read<PastConversation | undefined>> {
    return found(this.#left.shift());
  }

  get atHand(): readonly PastConversation[] {
    return this.#left;
  }
}
