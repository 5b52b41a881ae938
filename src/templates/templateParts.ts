import {
  CHANNEL_FACTS,
  type MessageField,
  type RenderedMessage,
} from '../notification/channelFacts.js';
import { CHANNELS, type Channel } from '../notification/state.js';

type Facts = typeof CHANNEL_FACTS;

type NameOf<Part> = Part extends { name: infer Name extends string } ? Name : never;

/** A part of a template, as its file is named. */
export type PartName = {
  [C in Channel]: NameOf<Facts[C]['parts'][keyof Facts[C]['parts']]>;
}[Channel];

/** How a part's values are made safe, and what its result may hold. */
export type PartKind = 'text' | 'header' | 'html';

const KIND_OF_FIELD: Readonly<Record<MessageField, PartKind>> = {
  text: 'text',
  subject: 'header',
  html: 'html',
};

export interface Part {
  name: PartName;
  kind: PartKind;
  limit: number;
}

/** The parts a channel cannot do without, by the field of its message that each becomes. */
export function partsOf(channel: Channel): [MessageField, Part][] {
  const parts = Object.entries(CHANNEL_FACTS[channel].parts) as [
    MessageField,
    { name: PartName; limit: number },
  ][];
  return parts.map(([field, part]) => [field, { ...part, kind: KIND_OF_FIELD[field] }]);
}

export function partNames(channel: Channel): PartName[] {
  return partsOf(channel).map(([, { name }]) => name);
}

export const PARTS: ReadonlyMap<PartName, Part> = new Map(
  CHANNELS.flatMap((channel) => partsOf(channel).map(([, part]) => [part.name, part])),
);

export const PART_NAMES: readonly PartName[] = [...PARTS.keys()];

export function partFileName(part: PartName): string {
  return `${part}.liquid`;
}

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
