import type { GenesysClient } from '../../genesys/client.js';
import type { Mailbox } from '../../genesys/resources/sends.js';
import type { Addressee } from '../../history/lookup.js';
import { type ChannelDriver, required } from './channel.js';

/** Who emails come from; `from` must lie in a campaign/agentless domain of the organisation. */
export interface EmailSender {
  from: string | undefined;
  fromName: string | undefined;
  replyTo: string | undefined;
}

/** Agentless email (Genesys: POST /conversations/emails/agentless): one recipient, HTML and text. */
export function emailChannel(client: GenesysClient, sender: EmailSender): ChannelDriver<'email'> {
  return {
    channel: 'email',
    confirmsDelivery: false,
    unreachable: (to) => {
      if (sender.from === undefined) return 'not_configured';
      return to.email === undefined ? 'no_address' : undefined;
    },
    send: (message, to, guard, options) =>
      client.sendAgentlessEmail(
        {
          senderType: 'Outbound',
          fromAddress: senderMailbox(sender),
          toAddresses: [addresseeMailbox(to)],
          ...(sender.replyTo !== undefined && { replyToAddress: { email: sender.replyTo } }),
          subject: message.subject,
          textBody: message.text,
          htmlBody: message.html,
        },
        guard,
        options,
      ),
  };
}

function senderMailbox(sender: EmailSender): Mailbox {
  return mailbox(required(sender.from, 'from'), sender.fromName);
}

function addresseeMailbox(to: Addressee): Mailbox {
  return mailbox(required(to.email, 'email'), to.name);
}

function mailbox(email: string, name: string | undefined): Mailbox {
  return name === undefined ? { email } : { email, name };
}
