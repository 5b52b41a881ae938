/** What an erasure takes away or makes anonymous. */
export const ERASED_KINDS = [
  'requests',
  'campaignRows',
  'rejectedRows',
  'queuedJobs',
  'searchEntries',
  'inboxLines',
] as const;

export type ErasedKind = (typeof ERASED_KINDS)[number];

export type ErasedCounts = Record<ErasedKind, number>;

/** What is kept on purpose, and why. */
export interface Kept {
  what: string;
  why: string;
}

/** What could not be erased yet, and what to do. */
export interface Remains {
  what: string;
  todo: string;
}

export interface ErasureReport {
  erased: ErasedCounts;
  /** Notifications that were ended before they left. */
  cancelled: number;
  /** Notifications that were on their way at that moment. */
  sending: number;
  kept: Kept[];
  /** Empty when all is done. */
  remains: Remains[];
}

export function noneErased(): ErasedCounts {
  return {
    requests: 0,
    campaignRows: 0,
    rejectedRows: 0,
    queuedJobs: 0,
    searchEntries: 0,
    inboxLines: 0,
  };
}

export function sumOf(counts: ErasedCounts): number {
  return ERASED_KINDS.reduce((sum, kind) => sum + counts[kind], 0);
}

/** Kept by every erasure. */
export const ALWAYS_KEPT: readonly Kept[] = [
  {
    what: 'records of notifications: states, times, ids of Genesys Cloud, a keyed hash of the request',
    why: 'they hold no address and no text, campaigns go on adding up, and a repeated request is not sent again; they expire after LEDGER_RETENTION',
  },
  {
    what: 'events: ids of notifications and of Genesys Cloud, states, reasons, times',
    why: 'they hold no address and no text, and other services go by them; they expire after EVENTS_RETENTION. The metadata that is read with them is gone with the request',
  },
  {
    what: 'numbers of rows in campaigns, without content',
    why: 'campaigns go on adding up',
  },
  {
    what: 'entries of the audit, with keyed hashes of addresses',
    why: 'they show who has erased what; they expire after AUDIT_RETENTION',
  },
];

/** Kept where the person must not be written to. */
export const SUPPRESSION_KEPT: Kept = {
  what: 'the entry of the suppression list: a keyed hash, channels, source and time, without its free text',
  why: 'without it they could be written to again',
};
