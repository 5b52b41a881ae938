import type { GenesysClient } from '../../genesys/client.js';
import { type ChannelDriver, required } from './channel.js';
import type { EmailSender } from './email.js';

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
          to: { type: 'email', address: required(to.email, 'email') },
          from: senderOf(sender),
          subject: message.subject,
          body: { contentType: 'text/html', content: message.html },
          messageType: 'proactive',
        },
        guard,
        options,
      ),
  };
}

/** The endpoint's sender has a name; without one configured, the address stands for it. */
function senderOf(sender: EmailSender) {
  const address = required(sender.from, 'from');
  return { type: 'email', address, name: sender.fromName ?? address } as const;
}
