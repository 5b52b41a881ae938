import type { Channel } from '../../notification/channel.js';
import type { TemplateEntry } from '../../templates/catalogue.js';
import type { Campaign, Row } from '../campaign.js';

/** The channels that a campaign may use, as far as its template has parts for them. */
export function channelsOf(
  { defaults }: Pick<Campaign, 'defaults'>,
  { channels, defaultChannels }: Pick<TemplateEntry, 'channels' | 'defaultChannels'>,
): readonly Channel[] {
  return (defaults.channels ?? defaultChannels).filter((channel) => channels.includes(channel));
}

/** Whether one of these channels may reach a recipient by the addresses there are. */
export function mayBeReached(
  { email, externalContactId, phone }: Row['recipient'],
  channels: readonly Channel[],
): boolean {
  return channels.some((channel) => {
    switch (channel) {
      case 'web':
        // A contact is found by email, too.
        return externalContactId !== undefined || email !== undefined;
      case 'email':
      case 'engage':
        return email !== undefined;
      case 'sms':
        return phone !== undefined;
      default:
        return channel satisfies never;
    }
  });
}
