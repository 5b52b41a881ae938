import type { CallOptions, CallResult, SendGuard } from '../../genesys/call.js';
import type { Accepted } from '../../genesys/resources/sends.js';
import type { Addressee } from '../../history/lookup.js';
import type { Channel } from '../../notification/state.js';
import type { RenderedMessage } from '../../templates/parts.js';

/** What one channel needs, how it builds its body, and whether the platform can say it arrived. */
export interface ChannelDriver<C extends Channel> {
  readonly channel: C;
  /** Whether an accepted message can be asked about later. */
  readonly confirmsDelivery: boolean;
  /** Why this addressee cannot be reached here, or undefined when they can. */
  unreachable(to: Addressee): 'no_address' | 'not_configured' | undefined;
  send(
    message: Extract<RenderedMessage, { channel: C }>,
    to: Addressee,
    guard: SendGuard,
    options: CallOptions,
  ): Promise<CallResult<Accepted>>;
}

export type ChannelDrivers = { [C in Channel]: ChannelDriver<C> };

/** Sends a message over the channel it was rendered for. */
export function sendOver(
  drivers: ChannelDrivers,
  message: RenderedMessage,
  ...rest: [to: Addressee, guard: SendGuard, options: CallOptions]
): Promise<CallResult<Accepted>> {
  switch (message.channel) {
    case 'web':
      return drivers.web.send(message, ...rest);
    case 'email':
      return drivers.email.send(message, ...rest);
    case 'engage':
      return drivers.engage.send(message, ...rest);
    case 'sms':
      return drivers.sms.send(message, ...rest);
    default: {
      const never: never = message;
      throw new Error(`unhandled message ${String(never)}`);
    }
  }
}

/** For an addressee that `unreachable` has cleared; a missing address here is a bug. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
}
