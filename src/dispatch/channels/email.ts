import type { Mailbox } from '../../genesys/resources/sends.js';
import { type ChannelDriver, required, type Sender, UNKNOWN_EMAIL } from './channel.js';

/**
 * Agentless email (Genesys: POST /conversations/emails/agentless): one recipient, HTML and text. The
 * sender must lie in a campaign/agentless domain of the organisation.
 */
export const email: ChannelDriver<'email'> = {
  purpose: 'sending email',
  permission: 'conversation:agentlessEmail:send (or conversation:email:create)',
  send: ({ client, config }, message, to, guard, options) => {
    const { GENESYS_EMAIL_FROM_NAME: name, GENESYS_EMAIL_REPLY_TO: replyTo } = config;
    return client.sendAgentlessEmail(
      {
        senderType: 'Outbound',
        fromAddress: mailbox(from(config), name),
        toAddresses: [mailbox(required(to.email, 'email'), to.name)],
        replyToAddress: replyTo === undefined ? undefined : { email: replyTo },
        subject: message.subject,
        textBody: message.text,
        htmlBody: message.html,
      },
      guard,
      options,
    );
  },
  probe: ({ client, config }, guard, options) =>
    client.sendAgentlessEmail(
      {
        senderType: 'Outbound',
        fromAddress: { email: from(config) },
        toAddresses: [{ email: UNKNOWN_EMAIL }],
        subject: '',
      },
      guard,
      options,
    ),
};

function from({ GENESYS_EMAIL_FROM: address }: Sender['config']): string {
  return required(address, 'GENESYS_EMAIL_FROM');
}

function mailbox(address: string, name: string | undefined): Mailbox {
  return name === undefined ? { email: address } : { email: address, name };
}
