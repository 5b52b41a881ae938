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
  /** While this key is there, no intent is written. */
  paused: string;
  /** Whoever holds this key is the sweeper. */
  sweeper: string;
  /** Hash: template name to what acceptors must know of it. */
  templates: string;
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
    paused: `${prefix}:paused`,
    sweeper: `${prefix}:sweeper`,
    templates: `${prefix}:templates`,
    template: (hash) => `${prefix}:t:${hash}`,
    cachedIdentity: (digest) => `${prefix}:c:i:${digest}`,
    cachedContext: (digest) => `${prefix}:c:x:${digest}`,
  };
}
