import { type ChannelDriver, required, type Sender, UNKNOWN_CONTACT } from './channel.js';

/**
 * Agentless web messaging (Genesys: POST /conversations/messages/agentless, `webmessaging`),
 * addressed by deployment and external contact. Accepted is not delivered: a customer whose browser
 * is closed gets nothing, so delivery is asked about later.
 */
export const web: ChannelDriver<'web'> = {
  purpose: 'sending web messages',
  permission: 'conversation:message:create',
  send: (sender, { text }, to, guard, options) =>
    sender.client.sendAgentlessMessage(
      webMessage(sender, required(to.externalContactId, 'externalContactId'), text),
      guard,
      options,
    ),
  probe: (sender, guard, options) =>
    sender.client.sendAgentlessMessage(webMessage(sender, UNKNOWN_CONTACT, ''), guard, options),
};

/**
 * `useExistingActiveConversation` stays false. Within a live conversation, a bot would read our text
 * as the customer's. So an active conversation must answer 409 instead.
 */
function webMessage({ config }: Sender, externalContactId: string, textBody: string) {
  return {
    toAddressMessengerType: 'webmessaging',
    fromAddress: required(config.GENESYS_WEB_DEPLOYMENT_ID, 'GENESYS_WEB_DEPLOYMENT_ID'),
    externalContactId,
    textBody,
    useExistingActiveConversation: false,
  } as const;
}
