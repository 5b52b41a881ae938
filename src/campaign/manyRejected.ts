import type { Campaign } from './campaign.js';

/**
 * Above this share of its rows, a file is doubtful: it was saved in the wrong encoding, or a column is
 * not what its name says. The campaign does not start before a person has accepted that.
 */
const MAX_REJECTED_SHARE = 0.1;

/** So few are seen at a glance, whatever share of a short list they are. */
const FEW = 4;

/** Why a campaign must not start before it is accepted that so many rows were rejected; else undefined. */
export function manyRejected({
  import: imported,
  acceptRejected,
}: Pick<Campaign, 'import' | 'acceptRejected'>): string | undefined {
  if (imported === undefined || acceptRejected || imported.isAccepted) return undefined;
  const { rows, rejected, duplicates } = imported;
  const all = rows + rejected + duplicates;
  if (rejected <= FEW || rejected <= all * MAX_REJECTED_SHARE) return undefined;
  return `${rejected} of ${all} rows of its file were rejected, which is more than one in ten: import a corrected file, or accept that these get nothing`;
}
