import { LRUCache } from 'lru-cache';
import type { SearchSettings } from '../history/lookup.js';
import { blockOf } from './prefetchState.js';
import type { PrefetchedBlock, PrefetchedRow, PrefetchStore } from './prefetchStore.js';

/** Of 500 rows each; what a worker has in hand at a time lies in two or three. */
const OPEN_BLOCKS = 8;

interface OpenBlock {
  content: string;
  block: Promise<PrefetchedBlock | undefined>;
}

/** A row of a campaign, as its notification's record names it. */
interface RowPlace {
  campaignId?: string;
  row?: number;
}

/**
 * What was prefetched for a row, while it is fresh. A block that is not there is not fresh; of a
 * contact that wrote since, only who they are is known. It never fails its caller: what cannot be read
 * is looked up the ordinary way.
 */
export class PrefetchedRows {
  readonly #store: PrefetchStore;
  readonly #onError: (error: unknown) => void;
  readonly #open = new LRUCache<string, OpenBlock>({ max: OPEN_BLOCKS });

  constructor(store: PrefetchStore, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** @param search how this row's history would be searched: `searchName` */
  async of({ campaignId, row }: RowPlace, search: string): Promise<PrefetchedRow | undefined> {
    if (campaignId === undefined || row === undefined) return undefined;
    try {
      const block = await this.#block(campaignId, blockOf(row));
      const known = block?.rows[row];
      if (block === undefined || known?.identity === undefined) return undefined;
      const { identity, conversations, history } = known;
      const { externalContactId, mergedIds = [] } = identity;
      const ids = externalContactId === undefined ? [] : [externalContactId, ...mergedIds];
      const isCurrent = block.search === search && !(await this.#store.hasWritten(campaignId, ids));
      return isCurrent ? { identity, conversations, history } : { identity };
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }

  /** Jobs of the same block share one opening; another content under the same key is opened anew. */
  async #block(campaignId: string, block: number): Promise<PrefetchedBlock | undefined> {
    const content = await this.#store.blockContent(campaignId, block);
    if (content === undefined) return undefined;
    const key = `${campaignId} ${block}`;
    const known = this.#open.get(key);
    if (known?.content === content) return known.block;
    const opened = this.#store.readBlock(campaignId, block);
    this.#open.set(key, { content, block: opened });
    opened.catch(() => this.#open.delete(key));
    return opened;
  }
}

/** All that the answer of a history search depends on, but for whom it is about and when. */
export function searchName(search: SearchSettings): string {
  const { lookbackDays, maxConversations, wantsText, transcriptSource, wantsSummary } = search;
  return JSON.stringify([
    lookbackDays,
    maxConversations,
    wantsText,
    transcriptSource,
    wantsSummary,
  ]);
}
