import type { GenesysClient } from '../../genesys/client.js';
import { type ChannelDriver, required } from './channel.js';

/**
 * Agentless web messaging (Genesys: POST /conversations/messages/agentless, `webmessaging`),
 * addressed by deployment and external contact. Accepted is not delivered: a customer whose browser
 * is closed gets nothing, so delivery is asked about later.
 *
 * `useExistingActiveConversation` stays false: barging into a live conversation makes a bot read our
 * text as the customer's, so an active conversation must answer 409 instead.
 */
export function webChannel(
  client: GenesysClient,
  deploymentId: string | undefined,
): ChannelDriver<'web'> {
  return {
    channel: 'web',
    confirmsDelivery: true,
    unreachable: (to) => {
      if (deploymentId === undefined) return 'not_configured';
      return to.externalContactId === undefined ? 'no_address' : undefined;
    },
    send: (message, to, guard, options) =>
      client.sendAgentlessMessage(
        {
          toAddressMessengerType: 'webmessaging',
          fromAddress: required(deploymentId, 'deploymentId'),
          externalContactId: required(to.externalContactId, 'externalContactId'),
          textBody: message.text,
          useExistingActiveConversation: false,
        },
        guard,
        options,
      ),
  };
}
