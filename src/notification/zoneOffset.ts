import { IANAZone } from 'luxon';

const MINUTE_MS = 60_000;

/** How far the clocks of a zone are ahead of UTC at a moment (epoch ms), in milliseconds. */
export function offsetOf(zone: string, at: number): number {
  // Luxon keeps the zones that it has made. What no zone is called has no offset: NaN.
  return Math.round(IANAZone.create(zone).offset(at) * MINUTE_MS);
}
