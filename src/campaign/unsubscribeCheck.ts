import { isEmail } from '../notification/channelFacts.js';
import type { Channel } from '../notification/state.js';
import type { TemplateEntry } from '../templates/catalogue.js';
import type { Campaign, RowDefaults } from './campaign.js';

/**
 * The emails of a campaign that have no link to unsubscribe: such a campaign starts only with a reason. An entry that
 * an older version has published does not say, and counts as without.
 */
export function emailsWithoutLink(
  { defaultChannels, unsubscribes = [] }: TemplateEntry,
  { channels }: Pick<RowDefaults, 'channels'>,
): Channel[] {
  const tried = channels ?? defaultChannels;
  return tried.filter((channel) => isEmail(channel) && !unsubscribes.includes(channel));
}

/** The same of a campaign, where links are asked for; none of a template that is not known any more. */
export function endlessEmails(
  { defaults }: Pick<Campaign, 'defaults'>,
  entry: TemplateEntry | undefined,
  { asksForLink }: { asksForLink: boolean },
): Channel[] {
  return asksForLink && entry !== undefined ? emailsWithoutLink(entry, defaults) : [];
}

/** Why it cannot start so, in words. */
export function withoutLink(template: string, channels: readonly Channel[]): string {
  return `the ${channels.join(' and ')} of the template ${template} has no {{ unsubscribeUrl }}: add it, or say why these messages need none`;
}
