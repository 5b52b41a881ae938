import type { Channel } from '../notification/channel.js';
import type { PartName } from './parts.js';

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
