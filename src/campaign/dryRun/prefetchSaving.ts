import { type RequestCost, totalOf } from '../../notification/requestCost.js';

/** What fetching in bulk ahead of the rows costs, and what it spares them. */
export interface PrefetchSaving {
  /** Requests of the prefetch, rounded up. */
  requests: number;
  /** How many requests fewer the campaign takes, those of the prefetch counted. */
  saves: number;
  /** How much sooner it ends (ms). */
  savesMs: number;
}

/** Contacts that one request names: the platform does not say how many it takes. */
const CONTACTS_A_REQUEST = 50;
const EXPORT_REQUESTS = 3;
/** Rows of one analytics job, and its requests beside the pages of its results. */
const ROWS_A_JOB = 12_500;
const JOB_REQUESTS = 3;
const CONVERSATIONS_A_PAGE = 1_000;
/** Start, state and results of a batch of a hundred conversations. */
const BATCH_REQUESTS_A_CONVERSATION = 3 / 100;
/** Looking who wrote since: three times in five minutes, at the pace of 100 rows a minute. */
const LOOKS_A_ROW = 1 / 160;

/**
 * Foresees what prefetching costs where the platform grants all of it and knows every customer: what is
 * refused is looked up one by one. Undefined where there is nothing to look up.
 *
 * @param cost of all rows without it
 * @param transcripts whether they come from recordings, of which there are batches
 */
export function prefetchSaving(
  cost: RequestCost,
  { rows, transcripts }: { rows: number; transcripts: boolean },
): Pick<PrefetchSaving, 'requests' | 'saves'> | undefined {
  const contacts = cost.identity === 0 ? 0 : EXPORT_REQUESTS + cost.identity / CONTACTS_A_REQUEST;
  const conversations =
    cost.history === 0
      ? 0
      : Math.ceil(rows / ROWS_A_JOB) * JOB_REQUESTS +
        rows / CONVERSATIONS_A_PAGE +
        rows * LOOKS_A_ROW;
  const batches = transcripts ? cost.transcript * BATCH_REQUESTS_A_CONVERSATION : 0;
  const requests = Math.ceil(contacts + conversations + batches);
  const spared =
    totalOf(cost) - cost.send - cost.deliveryCheck - (transcripts ? 0 : cost.transcript);
  return spared === 0 ? undefined : { requests, saves: Math.floor(spared - requests) };
}
