import type { Message } from '../population/customer.js';
import type { World } from '../world.js';

/** Genesys: MessageData.status. */
export type MessageStatus = 'received' | 'queued' | 'sent' | 'delivery-success' | 'delivery-failed';

export function isInbound({ sender }: Message): boolean {
  return sender === 'customer';
}

/**
 * Computed from the clock rather than by timers: queued for the first half of the delivery delay, sent
 * for the second, then success or failure for good.
 */
export function statusOf(world: World, message: Message): MessageStatus {
  if (isInbound(message)) return 'received';
  const age = world.now() - message.at;
  const delay = world.settings.deliveryDelayMs;
  if (age < delay / 2) return 'queued';
  if (age < delay) return 'sent';
  return message.delivered ? 'delivery-success' : 'delivery-failed';
}
