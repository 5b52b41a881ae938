/** The record of a campaign that holds none: it was damaged, or a later version has written it. */
export class UnreadableCampaignError extends Error {
  override readonly name = 'UnreadableCampaignError';
  readonly id: string;
  /** The key of Redis where the record lies. */
  readonly key: string;

  constructor({ id, key }: UnreadableCampaign) {
    super(describeUnreadable({ id, key }));
    this.id = id;
    this.key = key;
  }
}

export interface UnreadableCampaign {
  id: string;
  key: string;
}

/** What is so and what to do, in one line. */
export function describeUnreadable({ id, key }: UnreadableCampaign): string {
  return `The record of campaign ${id} cannot be read: it is damaged, or a later version has written it. It stays as it is, and its rows are not released. Restore the key ${key} of Redis from a backup, or delete it.`;
}
