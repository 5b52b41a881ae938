import { CAMPAIGN_CHANGES, type CampaignChange } from './event.js';

/*
 * What the feed says of a campaign: that it was created, and each new state or reason. There are few of them, so
 * they lie there as JSON behind the byte that says what they are (src/notification/notificationEvent.ts).
 */

const CAMPAIGN_KIND = 2;

/** The event of a step from one state to another; undefined where nothing changed that is said. */
export function campaignEventOf(
  before: Omit<CampaignChange, 'id'> | undefined,
  { id, state, reason }: CampaignChange,
): Buffer | undefined {
  const hasReason = reason !== undefined && reason !== before?.reason;
  if (before?.state === state && !hasReason) return undefined;
  const change = JSON.stringify({ id, state, reason } satisfies CampaignChange);
  return Buffer.concat([Buffer.of(CAMPAIGN_KIND), Buffer.from(change)]);
}

/** Undefined for what is none, or names a state that a later version knows. */
export function unpackCampaignEvent(bytes: Buffer): CampaignChange | undefined {
  if (bytes[0] !== CAMPAIGN_KIND) return undefined;
  try {
    const change = JSON.parse(bytes.subarray(1).toString()) as CampaignChange;
    return CAMPAIGN_CHANGES.includes(change.state) ? change : undefined;
  } catch {
    return undefined;
  }
}
