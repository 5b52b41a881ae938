import type { CallOptions, CallResult, SendGuard } from '../../genesys/call.js';
import type { Accepted } from '../../genesys/resources/sends.js';
import type { Addressee } from '../../history/lookup.js';
import type { RenderedMessage } from '../../notification/channelFacts.js';
import type { Channel } from '../../notification/state.js';
import type { ChannelDriver, Sender } from './channel.js';
import { email } from './email.js';
import { engage } from './engage.js';
import { sms } from './sms.js';
import { web } from './web.js';

export const CHANNEL_DRIVERS: { readonly [C in Channel]: ChannelDriver<C> } = {
  web,
  email,
  engage,
  sms,
};

/** Sends a message over the channel it was rendered for. */
export function sendOver<C extends Channel>(
  channel: C,
  sender: Sender,
  message: RenderedMessage<C>,
  ...rest: [to: Addressee, guard: SendGuard, options: CallOptions]
): Promise<CallResult<Accepted>> {
  return CHANNEL_DRIVERS[channel].send(sender, message, ...rest);
}
