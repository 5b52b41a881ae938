import type { GenesysClient } from '../../genesys/client.js';
import { type ChannelDriver, required } from './channel.js';

/** Agentless SMS (Genesys: POST /conversations/messages/agentless, `sms`), from one configured number. */
export function smsChannel(client: GenesysClient, from: string | undefined): ChannelDriver<'sms'> {
  return {
    channel: 'sms',
    confirmsDelivery: false,
    unreachable: (to) => {
      if (from === undefined) return 'not_configured';
      return to.phone === undefined ? 'no_address' : undefined;
    },
    send: (message, to, guard, options) =>
      client.sendAgentlessMessage(
        {
          toAddressMessengerType: 'sms',
          fromAddress: required(from, 'from'),
          toAddress: required(to.phone, 'phone'),
          textBody: message.text,
          useExistingActiveConversation: false,
        },
        guard,
        options,
      ),
  };
}
