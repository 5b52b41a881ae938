import type { ConversationSummary } from '../genesys/resources/conversations.js';
import {
  customersConversation,
  involves,
  isWithin,
  type PastConversation,
  startOf,
  type Window,
} from '../history/conversationQuery.js';
import { contactIdsOf } from '../history/identity.js';
import type { PrefetchedRow } from './prefetchStore.js';

/** Gives conversations, as they come, to the rows of those who had them. */
export class ConversationJoin {
  readonly #rows = new Map<string, PrefetchedRow[]>();
  readonly #window: Window;
  readonly #most: number;

  /** @param most how many conversations of a customer are read at most */
  constructor(rows: Iterable<PrefetchedRow>, window: Window, most: number) {
    this.#window = window;
    this.#most = most;
    for (const row of rows) {
      for (const id of (row.identity && contactIdsOf(row.identity)) ?? []) {
        const key = id.toLowerCase();
        const known = this.#rows.get(key);
        if (known === undefined) this.#rows.set(key, [row]);
        else if (!known.includes(row)) known.push(row);
      }
    }
  }

  add(summary: ConversationSummary): void {
    for (const row of this.#rowsOf(summary)) this.#addTo(row, summary);
  }

  #rowsOf({ participants }: ConversationSummary): Set<PrefetchedRow> {
    return new Set(
      participants.flatMap(
        ({ externalContactId }) => this.#rows.get(externalContactId?.toLowerCase() ?? '') ?? [],
      ),
    );
  }

  #addTo(row: PrefetchedRow, summary: ConversationSummary): void {
    const contactIds = row.identity && contactIdsOf(row.identity);
    if (contactIds === undefined || !involves(summary, contactIds)) return;
    // The customer may write at any time, and no later look would see the conversation begin.
    if (summary.conversationEnd === undefined) row.isOpen = true;
    const conversation = customersConversation(summary, contactIds);
    if (conversation === undefined || !isWithin(this.#window, startOf(summary))) return;
    row.candidates = newest([...(row.candidates ?? []), conversation], this.#most);
  }
}

/** Without repetitions, newest first; of two views of a conversation the later one says more. */
function newest(conversations: readonly PastConversation[], most: number): PastConversation[] {
  const byId = new Map(conversations.map((each) => [each.conversationId.toLowerCase(), each]));
  return [...byId.values()]
    .sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))
    .slice(0, most);
}
