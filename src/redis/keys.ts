/** Where one campaign lies in Redis. */
export interface KeysOfCampaign {
  /** 8 bytes of tag, then the campaign as JSON. */
  record: string;
  /** Hash: how many rows stand where. */
  counts: string;
  /** Set: numbers of the rows that are released and not settled; an `unknown` row is not among them. */
  live: string;
  /** `paused` or `cancelled`: while this key is there, no row is released, claimed or sent. */
  halt: string;
  /** Hash: chunk index to chunk. */
  rows: string;
  /** Hash: chunk index to chunk of refused rows. */
  rejected: string;
  /** How many rows of the file, from its first on, are released or postponed. */
  cursor: string;
  /** Hash: chunk index to which of its rows are postponed, as hexadecimal digits. */
  postponed: string;
  /** Sorted set: index of a chunk with postponed rows by when they are looked at again (epoch ms). */
  postponedUntil: string;
  /** List: `at:ended`, the newest first; from it the campaign's pace is read. */
  pace: string;
  /** Hash: how many requests to the platform it has cost, and how many of them ahead, in millionths. */
  spent: string;
  /** How far the prefetch of this campaign has come, as JSON. */
  prefetch: string;
  /** What was prefetched for one block of rows, encrypted. */
  prefetched(block: number): string;
  /** Set: keyed digests of contact ids that had a conversation since their history was prefetched. */
  wroteSince: string;
  /** How far an upload has come, as JSON; there while one is under way. */
  upload: string;
  /** What an upload has brought so far; becomes `rows` when it is finished. */
  uploadedRows(upload: string): string;
  uploadedRejected(upload: string): string;
}

export interface CampaignKeys {
  /** Sorted set: campaign id by when it was created (epoch ms). */
  campaigns: string;
  /** Sorted set: campaign id by when the feeder shall look at it (epoch ms); 0 is at every look. */
  schedule: string;
  /** The process that holds this key is the feeder. */
  feeder: string;
  /** The process that holds this key prefetches. */
  prefetcher: string;
  /** Set: ids of the campaigns for which something may be prefetched or under way. */
  prefetching: string;
  /** How many requests were spent for no campaign in a minute (counted from 1970), in millionths. */
  besides(minute: number): string;
  /** Hash: what rows of the last campaigns of one kind have cost, as JSON by campaign id. */
  earlierSpending(kind: string): string;
  of(campaignId: string): KeysOfCampaign;
}

/** All under the deployment's one hash tag, as the ledger's keys are: one script may touch both. */
export function campaignKeys(prefix: string): CampaignKeys {
  return {
    campaigns: `${prefix}:campaigns`,
    schedule: `${prefix}:campaigns:agenda`,
    feeder: `${prefix}:feeder`,
    prefetcher: `${prefix}:prefetcher`,
    prefetching: `${prefix}:prefetching`,
    besides: (minute) => `${prefix}:spent:${minute}`,
    earlierSpending: (kind) => `${prefix}:spending:${kind}`,
    of(campaignId) {
      const record = `${prefix}:k:${campaignId}`;
      return {
        record,
        counts: `${record}:counts`,
        live: `${record}:live`,
        halt: `${record}:halt`,
        rows: `${record}:rows`,
        rejected: `${record}:rejected`,
        cursor: `${record}:cursor`,
        postponed: `${record}:postponed`,
        postponedUntil: `${record}:postponed:until`,
        pace: `${record}:pace`,
        spent: `${record}:spent`,
        prefetch: `${record}:prefetch`,
        prefetched: (block) => `${record}:prefetch:${block}`,
        wroteSince: `${record}:prefetch:wrote`,
        upload: `${record}:upload`,
        uploadedRows: (upload) => `${record}:rows:${upload}`,
        uploadedRejected: (upload) => `${record}:rejected:${upload}`,
      };
    },
  };
}

/**
 * Where things lie in Redis. The prefix carries a hash tag (`{notifier}`), so that on a cluster all
 * keys share one slot and one script may touch several of them.
 */
export interface LedgerKeys {
  record(id: string): string;
  request(id: string): string;
  checkpoint(id: string): string;
  /** Sorted set: notification id by the time (epoch ms) the sweeper shall look at it. */
  due: string;
  /** Sorted set: ids that wait for a person as `unknown`, by when they became so (epoch ms). */
  unknown: string;
  /** Sorted set: ids of those of which the platform is asked what became of them, by when (epoch ms). */
  looks: string;
  /** Which notification takes a message that was found, by the platform's id of it; for a while. */
  claimed(messageId: string): string;
  /** The process that holds this key asks. */
  reconciler: string;
  /** While this key is there, no intent is written. */
  paused: string;
  /** Hash: worker id to a count that only grows, while Redis keeps what it has confirmed. */
  progress: string;
  /** Hash: there from when a worker noticed that Redis went back in time until that is recovered from. */
  wentBack: string;
  /** The process that holds this key is the sweeper. */
  sweeper: string;
  /** Hash: when the tasks of the deployment have last run (epoch ms), by their name. */
  lastRuns: string;
  /** Sorted set: ids of sent messages of which news is awaited, by when many are asked about together. */
  awaited: string;
  /** Sorted set: ids of messages that are said not to have arrived, by when to look (epoch ms). */
  undelivered: string;
  /** The notification of an awaited web message, by the platform's id of the message. */
  message(messageId: string): string;
  /** A mark: an event said that this message did not arrive, and its send was not recorded yet. */
  heardEarly(messageId: string): string;
  /** Stream: what became of notifications, one event for each outcome, the newest last. */
  outcomes: string;
  /** Stream: every change of a notification and of a campaign, the newest last (src/events). */
  feed: string;
  /** List: a part of the search index of one day, counted from 1970 in UTC. */
  found(day: number, bucket: number): string;
  /** The process that holds this key asks about many deliveries together. */
  deliveryPoller: string;
  /** The process that holds this key listens for undelivered messages. */
  undeliveredListener: string;
  /** What the listener says of itself, as JSON. */
  listenerStatus: string;
  /** Hash: template name to what acceptors must know of it. */
  templates: string;
  /** Hash: template name to its versions, the newest first, each with since when it was accepted. */
  templateVersions: string;
  template(hash: string): string;
  /** Who a recipient is, by a keyed hash of their address. */
  cachedIdentity(digest: string): string;
  /** What is known of a contact's history, by a keyed hash of the contact and of how it was searched. */
  cachedContext(digest: string): string;
}

export function ledgerKeys(prefix: string): LedgerKeys {
  return {
    record: (id) => `${prefix}:n:${id}`,
    request: (id) => `${prefix}:r:${id}`,
    checkpoint: (id) => `${prefix}:x:${id}`,
    due: `${prefix}:due`,
    unknown: `${prefix}:unknown`,
    looks: `${prefix}:looks`,
    claimed: (messageId) => `${prefix}:q:${messageId}`,
    reconciler: `${prefix}:reconciler`,
    paused: `${prefix}:paused`,
    progress: `${prefix}:progress`,
    wentBack: `${prefix}:went-back`,
    sweeper: `${prefix}:sweeper`,
    lastRuns: `${prefix}:last-runs`,
    awaited: `${prefix}:awaited`,
    undelivered: `${prefix}:undelivered`,
    message: (messageId) => `${prefix}:m:${messageId}`,
    heardEarly: (messageId) => `${prefix}:u:${messageId}`,
    outcomes: `${prefix}:events`,
    feed: `${prefix}:feed`,
    found: (day, bucket) => `${prefix}:s:${day}:${bucket}`,
    deliveryPoller: `${prefix}:delivery-poller`,
    undeliveredListener: `${prefix}:delivery-listener`,
    listenerStatus: `${prefix}:delivery-listener:status`,
    templates: `${prefix}:templates`,
    templateVersions: `${prefix}:templates:versions`,
    template: (hash) => `${prefix}:t:${hash}`,
    cachedIdentity: (digest) => `${prefix}:c:i:${digest}`,
    cachedContext: (digest) => `${prefix}:c:x:${digest}`,
  };
}

/** What the console knows of the doctor. */
export interface DoctorKeys {
  /** While this key is there, a run is under way; it says since when and by whom, as JSON. */
  mark: string;
  /** What the last run has found, as JSON. */
  last: string;
}

export function doctorKeys(prefix: string): DoctorKeys {
  return { mark: `${prefix}:doctor:running`, last: `${prefix}:doctor` };
}

export interface AuditKeys {
  /** Stream: who did what. Written by one script, and only at its end. */
  entries: string;
  /** Number, time and code of the newest entry. */
  head: string;
}

export function auditKeys(prefix: string): AuditKeys {
  return { entries: `${prefix}:audit`, head: `${prefix}:audit:head` };
}

/** Where it lies who must not be written to, and how often they were. */
export interface ConsentKeys {
  /** Hash: a part of the suppression list, the rest of an address' digest to its entry. */
  suppressed(bucket: number): string;
  /** Hash: how many entries of the list there are by their source. */
  suppressionCounts: string;
  /** Sorted set: digests of addresses by when their entry ends (epoch s). */
  suppressionEnds: string;
  /** Hash: the last import of each DNC list of the platform, as JSON by the list's id. */
  dncImports: string;
  /**
   * Sorted set: what was sent to an address within the span of a cap, or may have been, by its intent
   * (epoch ms). For each priority (its first letter) and digest of an address (hex).
   */
  places(priority: string, digest: string): string;
}

export function consentKeys(prefix: string): ConsentKeys {
  return {
    suppressed: (bucket) => `${prefix}:p:${bucket}`,
    suppressionCounts: `${prefix}:p:counts`,
    suppressionEnds: `${prefix}:p:ends`,
    dncImports: `${prefix}:p:dnc`,
    places: (priority, digest) => `${prefix}:f:${priority.slice(0, 1)}:${digest}`,
  };
}

/** Where the endpoints of webhooks lie. */
export interface WebhookKeys {
  /** Hash: id of an endpoint to what people have made of it, as JSON; URL and secrets in it are encrypted. */
  endpoints: string;
  /** How far the deliveries of an endpoint have come, as JSON. */
  progress(id: string): string;
  /** Stream: the last attempts to deliver to it, the newest last. */
  deliveries(id: string): string;
  /** List: tests that people have asked for and no sender has taken yet. */
  tests: string;
  /** The process that holds this key sends. */
  sender: string;
}

export function webhookKeys(prefix: string): WebhookKeys {
  return {
    endpoints: `${prefix}:webhooks`,
    progress: (id) => `${prefix}:w:${id}`,
    deliveries: (id) => `${prefix}:w:${id}:deliveries`,
    tests: `${prefix}:webhooks:tests`,
    sender: `${prefix}:webhooks:sender`,
  };
}
