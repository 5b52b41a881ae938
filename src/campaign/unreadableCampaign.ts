/** The record of a campaign that holds none: it was damaged, or a later version has written it. */
export class UnreadableCampaignError extends Error {
  override readonly name: string = 'UnreadableCampaignError';
  readonly id: string;
  /** The key of Redis where the record lies. */
  readonly key: string;

  constructor({ id, key }: UnreadableCampaign, message = describeUnreadable({ id, key })) {
    super(message);
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

/** Rows are there and cannot be decrypted. They stay as they are, and are released once the key is back. */
export class UnreadableRowsError extends UnreadableCampaignError {
  override readonly name = 'UnreadableRowsError';

  constructor(campaign: UnreadableCampaign, keyId: string) {
    super(
      campaign,
      `Rows of campaign ${campaign.id} were encrypted with the key ${keyId}, and NOTIFIER_SECRET cannot decrypt them. They stay as they are and are not released. Give this process the secret of the deployment, and keep a rotated key in it for as long as campaigns are kept.`,
    );
  }
}
