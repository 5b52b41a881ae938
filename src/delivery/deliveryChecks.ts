import type { Config } from '../config.js';

/** How it is found out if sent messages arrived: of many in one request and by events, or of each. */
export type DeliveryChecks = 'together' | 'each' | 'off';

export function deliveryChecksOf({
  DELIVERY_CHECK_AFTER: afterMs,
  DELIVERY_EVENTS: events,
}: Pick<Config, 'DELIVERY_CHECK_AFTER' | 'DELIVERY_EVENTS'>): DeliveryChecks {
  if (afterMs === 0) return 'off';
  return events === 'auto' ? 'together' : 'each';
}
