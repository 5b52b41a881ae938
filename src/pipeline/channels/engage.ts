import type { GenesysClient } from '../../genesys/client.js';
import type { ChannelDriver } from './channelDriver.js';
import { addresseeMailbox, type EmailSender, senderMailbox } from './email.js';

/**
 * The Engage endpoint, for an organisation or gateway that exposes it; it is not part of the
 * published API. Sends the email parts' subject and HTML.
 */
export function engageChannel(
  client: GenesysClient,
  sender: EmailSender,
  url: string | undefined,
): ChannelDriver<'engage'> {
  return {
    channel: 'engage',
    confirmsDelivery: false,
    unreachable: (to) => {
      if (url === undefined || sender.from === undefined) return 'not_configured';
      return to.email === undefined ? 'no_address' : undefined;
    },
    send: (message, to, guard, options) =>
      client.sendEngageMessage(
        {
          to: addresseeMailbox(to),
          from: senderMailbox(sender),
          subject: message.subject,
          htmlBody: message.html,
        },
        guard,
        options,
      ),
  };
}
