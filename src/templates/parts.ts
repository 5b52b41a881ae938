import type { Channel } from '../notification/channel.js';

export const PART_NAMES = ['web', 'sms', 'email.subject', 'email.html', 'email.text'] as const;

export type PartName = (typeof PART_NAMES)[number];

/** How a part's values are made safe, and what its result may hold. */
export type PartKind = 'text' | 'header' | 'html';

export const PART_KINDS: Readonly<Record<PartName, PartKind>> = {
  web: 'text',
  sms: 'text',
  'email.subject': 'header',
  'email.html': 'html',
  'email.text': 'text',
};

/** The parts a channel cannot do without. Engage takes a subject and HTML, and has no text body. */
export const CHANNEL_PARTS = {
  web: ['web'],
  sms: ['sms'],
  email: ['email.subject', 'email.html', 'email.text'],
  engage: ['email.subject', 'email.html'],
} as const satisfies Record<Channel, readonly PartName[]>;

export function partFileName(part: PartName): string {
  return `${part}.liquid`;
}
