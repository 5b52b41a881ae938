import { type ChannelDriver, required, type Sender, UNKNOWN_EMAIL } from './channel.js';

/**
 * The Engage endpoint, for an organisation or gateway that exposes it; it is not part of the
 * published API. Sends the email parts' subject and HTML.
 */
export const engage: ChannelDriver<'engage'> = {
  purpose: 'sending by Engage',
  permission: undefined,
  send: (sender, message, to, guard, options) =>
    sender.client.sendEngageMessage(
      engageMessage(sender, required(to.email, 'email'), message),
      guard,
      options,
    ),
  probe: (sender, guard, options) =>
    sender.client.sendEngageMessage(
      engageMessage(sender, UNKNOWN_EMAIL, { subject: '', html: '' }),
      guard,
      options,
    ),
};

/** The endpoint's sender has a name; without one configured, the address stands for it. */
function engageMessage(
  { config }: Sender,
  address: string,
  { subject, html }: { subject: string; html: string },
) {
  const from = required(config.GENESYS_EMAIL_FROM, 'GENESYS_EMAIL_FROM');
  return {
    to: { type: 'email', address },
    from: { type: 'email', address: from, name: config.GENESYS_EMAIL_FROM_NAME ?? from },
    subject,
    body: { contentType: 'text/html', content: html },
    messageType: 'proactive',
  } as const;
}
