import type { Channel } from '../notification/state.js';

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

/** A rendered notification, in the shape its channel sends. */
export type RenderedMessage =
  | { channel: 'web'; text: string }
  | { channel: 'sms'; text: string }
  | { channel: 'email'; subject: string; html: string; text: string }
  | { channel: 'engage'; subject: string; html: string };

export type RenderFailureReason =
  | 'too_long'
  | 'render_limit'
  | 'render_failed'
  | 'empty'
  | 'missing_variable'
  | 'missing_part';

/** Why a message could not be rendered; `detail` names variables, limits and lines, never values. */
export interface RenderFailure {
  ok: false;
  reason: RenderFailureReason;
  part?: PartName;
  detail: string;
}

export type RenderResult = { ok: true; message: RenderedMessage } | RenderFailure;

/** The channel cannot be rendered by this template at all; found when a request is accepted. */
export function missingPart(channel: Channel, part: PartName): RenderFailure {
  return { ok: false, reason: 'missing_part', part, detail: `${channel} needs the part ${part}` };
}
