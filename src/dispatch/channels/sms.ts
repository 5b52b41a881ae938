import { type ChannelDriver, required, type Sender } from './channel.js';

/** Agentless SMS (Genesys: POST /conversations/messages/agentless, `sms`), from one configured number. */
export const sms: ChannelDriver<'sms'> = {
  purpose: 'sending SMS',
  permission: 'conversation:message:create',
  send: (sender, { text }, to, guard, options) =>
    sender.client.sendAgentlessMessage(
      textMessage(sender, required(to.phone, 'phone'), text),
      guard,
      options,
    ),
  probe: (sender, guard, options) =>
    sender.client.sendAgentlessMessage(textMessage(sender, '', ''), guard, options),
};

function textMessage({ config }: Sender, toAddress: string, textBody: string) {
  return {
    toAddressMessengerType: 'sms',
    fromAddress: required(config.GENESYS_SMS_FROM, 'GENESYS_SMS_FROM'),
    toAddress,
    textBody,
    useExistingActiveConversation: false,
  } as const;
}
