import type { Campaign, ClockStatus, RowHours } from '../campaign/campaign.js';
import { zoneOfRecipient } from '../notification/recipientClock.js';
import { QuietHours, type QuietSettings } from '../policy/quietHours.js';

/** When rows of campaigns may be released; undefined where a deployment has no quiet hours. */
export function rowHours(settings: QuietSettings): RowHours | undefined {
  const hours = QuietHours.of(settings);
  if (hours === undefined) return undefined;
  const statusIn = (
    zone: string,
    { endAt: deadline }: Pick<Campaign, 'endAt'>,
    at: number,
  ): ClockStatus =>
    hours.statusOf({
      zone: zone === '' ? undefined : zone,
      priority: 'campaign',
      now: at,
      deadline,
    });
  const waitsUntil = (...[zone, campaign, at]: Parameters<typeof statusIn>) => {
    const { isQuiet, until } = statusIn(zone, campaign, at);
    return isQuiet ? until : undefined;
  };
  return {
    statusIn,
    rowWaitsUntil: ({ recipient }, campaign, now) =>
      waitsUntil(zoneOfRecipient({ recipient }) ?? '', campaign, now),
    allWaitUntil: (campaign, now) => {
      const zones = Object.keys(campaign.import?.clocks ?? {});
      const all = zones.map((zone) => waitsUntil(zone, campaign, now));
      if (all.length === 0) return undefined;
      return all.reduce((first, until) =>
        first === undefined || until === undefined ? undefined : Math.min(first, until),
      );
    },
  };
}
