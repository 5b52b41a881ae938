import { z } from 'zod';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { platformId, sameId } from '../platformId.js';
import { optionalText } from './messages.js';

/** Genesys: Channel. It lives for 24 hours, and a client has 20 at most: a 21st removes the oldest. */
const Channel = z.object({
  id: platformId,
  connectUri: z.string(),
  /** ISO 8601. */
  expires: optionalText,
});

const Subscriptions = z.object({ entities: z.array(z.object({ id: z.string() })).default([]) });

export type NotificationChannel = z.infer<typeof Channel>;

/** Where the platform tells of undelivered web messages of a deployment. */
export function undeliveredTopic(deploymentId: string): string {
  return `v2.webmessaging.deployments.${deploymentId}.undelivered.messages`;
}

export class NotificationChannels {
  readonly #caller: Caller;
  readonly #insecure: boolean;

  /** @param insecure whether a socket without TLS will do, as it does for a sandbox */
  constructor(caller: Caller, insecure: boolean) {
    this.#caller = caller;
    this.#insecure = insecure;
  }

  create(options: CallOptions): Promise<CallResult<NotificationChannel>> {
    return this.#caller.read('notification-channel', options, {
      answer: Channel,
      isAbout: ({ connectUri }) => this.#isSocket(connectUri),
      run: ({ sdk }) => sdk.notifications.postNotificationsChannels(),
    });
  }

  /** The channel's only topic from now on. A topic that is not permitted is a 4xx. */
  async subscribe(
    channelId: string,
    topic: string,
    options: CallOptions,
  ): Promise<CallResult<null>> {
    const result = await this.#caller.read('notification-subscription', options, {
      answer: Subscriptions,
      isAbout: ({ entities }) => entities.some(({ id }) => sameId(id, topic)),
      run: ({ sdk }) =>
        sdk.notifications.putNotificationsChannelSubscriptions(channelId, [{ id: topic }]),
    });
    return result.ok ? { ...result, data: null } : result;
  }

  #isSocket(uri: string): boolean {
    if (!URL.canParse(uri)) return false;
    const { protocol } = new URL(uri);
    return protocol === 'wss:' || (this.#insecure && protocol === 'ws:');
  }
}
