import { type FeedEvent, onTheWire } from '../events/event.js';
import { TEST_TYPE } from './delivery.js';

/** What an endpoint gets of an event: what the feed says of it. */
export function eventBody(event: FeedEvent): string {
  return JSON.stringify(onTheWire(event));
}

export function testBody(id: string, at: number): string {
  return JSON.stringify({ id, type: TEST_TYPE, at: new Date(at).toISOString() });
}
