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
  /** How many rows have been released. */
  cursor: string;
  /** List: `at:ended`, the newest first; from it the campaign's pace is told. */
  pace: string;
  /** What an upload has brought so far; becomes `rows` when it is finished. */
  uploadedRows(upload: string): string;
  uploadedRejected(upload: string): string;
}

export interface CampaignKeys {
  /** Sorted set: campaign id by when it was created (epoch ms). */
  campaigns: string;
  /** Sorted set: campaign id by when the feeder shall look at it (epoch ms); 0 is at every look. */
  agenda: string;
  /** Whoever holds this key is the feeder. */
  feeder: string;
  of(campaignId: string): KeysOfCampaign;
}

/** All under the deployment's one hash tag, as the ledger's keys are: one script may touch both. */
export function campaignKeys(prefix: string): CampaignKeys {
  return {
    campaigns: `${prefix}:campaigns`,
    agenda: `${prefix}:campaigns:agenda`,
    feeder: `${prefix}:feeder`,
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
        pace: `${record}:pace`,
        uploadedRows: (upload) => `${record}:rows:${upload}`,
        uploadedRejected: (upload) => `${record}:rejected:${upload}`,
      };
    },
  };
}
