import DataLoader from 'dataloader';
import type { Logger } from 'pino';
import { refusalOf } from '../genesys/beforeRequest.js';
import type { CallOptions, Operation, Permit, RequestLane } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { type BatchParts, optionsOf, searchTogether } from './conversationBatch.js';
import { classifyRead, type Read } from './lookupError.js';
import {
  BatchLimit,
  type ConversationSearch,
  type FoundConversations,
  LARGEST_BATCH,
  PendingLookup,
} from './pendingLookup.js';

/**
 * Looks conversations up for all jobs of this process together. Whatever is asked for while a query
 * waits for its slot of the allowance goes with it; with slots to spare, no look-up waits for company.
 * Each lane has batches of its own, so that a transactional lookup waits in its own lane's queue.
 */
export class ConversationLoader {
  readonly #lanes: Record<RequestLane, LaneBatches>;

  /** @param onMismatch called for each answer that holds conversations of another customer. */
  constructor(
    client: GenesysClient,
    log: Logger,
    onMismatch: (operation: Operation) => void = () => undefined,
    now: () => number = Date.now,
  ) {
    const sayOnce = once(sayUnmatched(log));
    const onUnmatched = (conversationId: string) => {
      onMismatch('conversation-query');
      sayOnce(conversationId);
    };
    const parts = { client, limit: new BatchLimit(), now, onUnmatched };
    this.#lanes = { transactional: new LaneBatches(parts), campaign: new LaneBatches(parts) };
  }

  /** The newest conversations in the window: one at least if there is one, and those found beside it. */
  load(search: ConversationSearch, options: CallOptions): Promise<Read<FoundConversations>> {
    return this.#lanes[options.lane].load(new PendingLookup(search, options));
  }
}

const TOO_LATE = { kind: 'past_deadline' } as const;

/** What has become of a batch's wait; there is no ticket when nothing waited any more. */
type Turn = { kind: 'ticket'; ticket: Permit | undefined } | { kind: 'broken'; error: unknown };

class LaneBatches {
  readonly #parts: BatchParts;
  readonly #loader: DataLoader<PendingLookup, PendingLookup>;
  /** Members of the batch that takes any more. */
  #joining: PendingLookup[] = [];
  /** Of the batch that is being dispatched. */
  #turn: Turn = { kind: 'ticket', ticket: undefined };

  constructor(parts: BatchParts) {
    this.#parts = parts;
    this.#loader = new DataLoader((members) => this.#search(members), {
      // Members are objects of their own, never asked for again.
      cache: false,
      maxBatchSize: LARGEST_BATCH,
      batchScheduleFn: (dispatch) => void this.#dispatchInTurn(dispatch),
    });
  }

  async load(member: PendingLookup): Promise<Read<FoundConversations>> {
    const searched = this.#loader.load(member);
    // By now a new batch has been opened if there was need of one.
    this.#joining.push(member);
    await searched;
    return member.outcome;
  }

  /** Called right before the batch gets its first member. Never rejects. */
  async #dispatchInTurn(dispatch: () => void): Promise<void> {
    const members: PendingLookup[] = [];
    this.#joining = members;
    await undefined;
    const turn = await this.#waitForTurn(members).then(
      (ticket): Turn => ({ kind: 'ticket', ticket }),
      (error: unknown): Turn => ({ kind: 'broken', error }),
    );
    this.#turn = turn;
    dispatch();
  }

  /**
   * Waits as long as any member may. Others join meanwhile, who have more time, or whose worker does
   * not stop: the wait goes on for them where it ended for those before.
   */
  async #waitForTurn(members: readonly PendingLookup[]): Promise<Permit | undefined> {
    for (;;) {
      const waiting = members.filter(
        (member) => member.isOpen && !member.cancelled(this.#parts.now()),
      );
      if (waiting.length === 0) return undefined;
      const asked = optionsOf(waiting);
      const ticket = await this.#parts.client.acquire('conversation-query', asked);
      if (ticket.admitted) return ticket;
      if (ticket.because === 'deadline') for (const member of waiting) member.fail(TOO_LATE);
      else if (ticket.because !== 'aborted' || !asked.signal?.aborted) return ticket;
    }
  }

  /** Runs right at the dispatch, up to its first wait, and so sees the turn of its own batch. */
  async #search(members: readonly PendingLookup[]): Promise<readonly PendingLookup[]> {
    const turn = this.#turn;
    if (turn.kind === 'broken') {
      for (const member of members) member.reject(turn.error);
    } else if (turn.ticket?.admitted === false) {
      const error = classifyRead(refusalOf(turn.ticket));
      for (const member of members) if (member.isOpen) member.fail(error);
    } else {
      await searchTogether(this.#parts, members, turn.ticket);
    }
    return members;
  }
}

function sayUnmatched(log: Logger): (conversationId: string) => void {
  return (conversationId) =>
    log.warn(
      { conversationId },
      'the platform answered with a conversation that was not asked for; it is ignored, and so are others like it',
    );
}

function once<T>(say: (about: T) => void): (about: T) => void {
  let said = false;
  return (about) => {
    if (said) return;
    said = true;
    say(about);
  };
}
