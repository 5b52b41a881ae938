import type { Config } from '../../config.js';
import type { CallOptions, CallResult, SendGuard } from '../../genesys/call.js';
import type { GenesysClient } from '../../genesys/genesysClient.js';
import type { Accepted } from '../../genesys/resources/sends.js';
import type { Addressee } from '../../history/lookup.js';
import type { RenderedMessage } from '../../notification/channelFacts.js';
import type { Channel } from '../../notification/state.js';

/** What a channel sends with: the platform, and the settings of the deployment. */
export interface Sender {
  client: GenesysClient;
  config: Config;
}

/** What one channel asks of the platform. What can be said without it stands in CHANNEL_FACTS. */
export interface ChannelDriver<C extends Channel> {
  /** For people, as in "sending SMS". */
  purpose: string;
  /** The permission that the platform asks for, or undefined where it lists none. */
  permission: string | undefined;
  /** To an addressee who can be reached here. */
  send(
    sender: Sender,
    message: RenderedMessage<C>,
    to: Addressee,
    guard: SendGuard,
    options: CallOptions,
  ): Promise<CallResult<Accepted>>;
  /** The same call without a text, to no one: it shows whether sending is permitted, and no more. */
  probe(sender: Sender, guard: SendGuard, options: CallOptions): Promise<CallResult<unknown>>;
}

/** A contact who does not exist. */
export const UNKNOWN_CONTACT = '00000000-0000-4000-8000-000000000000';
/** `.invalid` is reserved for addresses that do not exist. */
export const UNKNOWN_EMAIL = 'no-one@notifier.invalid';

/** For an addressee that `unreachable` has cleared; a missing address here is a bug. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
}
