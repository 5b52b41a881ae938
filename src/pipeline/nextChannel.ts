import { channelsFor } from '../history/lookup.js';
import { type NotificationRecord, triedChannels } from '../notification/record.js';
import type { Channel } from '../notification/state.js';
import type { StoredRequest } from '../notification/storedRequest.js';
import type { TemplateStore } from './prepare.js';

/** Whether a channel is left for a message that has not arrived: one that was not tried yet. */
export async function hasNextChannel(
  record: NotificationRecord,
  stored: StoredRequest | undefined,
  {
    templates,
    defaultChannels,
  }: { templates: Pick<TemplateStore, 'get'>; defaultChannels: readonly Channel[] },
): Promise<boolean> {
  if (stored === undefined) return false;
  const template = await templates.get(stored.templateHash);
  if (template === undefined) return false;
  const tried = triedChannels(record.legs, record.generation);
  return channelsFor(stored.request, template, defaultChannels).some(
    (channel) => !tried.has(channel),
  );
}
