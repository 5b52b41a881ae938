import type { CampaignState } from '../../campaign/campaign.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import { type Html, html } from '../../html/html.js';
import type { Channel } from '../../notification/state.js';
import { badge, clockAndAge, type Tone } from '../page/components.js';
import { CHANNEL_TITLES } from '../templates/messagePreview.js';

/** `1,204`. */
export function whole(count: number): string {
  return Math.round(count).toLocaleString('en');
}

/** `1 row`, `1,204 rows`. */
export function counted(count: number, what: string): string {
  return `${whole(count)} ${what}${count === 1 ? '' : 's'}`;
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, some) => sum + some, 0);
}

export function channelName(channel: Channel): string {
  return CHANNEL_TITLES[channel];
}

const TONES: Readonly<Record<CampaignState, Tone>> = {
  importing: 'idle',
  ready: 'open',
  running: 'good',
  paused: 'bad',
  completed: 'idle',
  cancelled: 'idle',
};

/** Where a campaign stands, in a word or two; `ready` with a time is said as what it is. */
export function stateBadge({ state, startAt, upload, import: imported }: CampaignView): Html {
  if (state === 'importing') {
    if (upload?.state === 'coming') return badge('open', 'uploading');
    return badge('idle', imported === undefined ? 'no file yet' : 'file incomplete');
  }
  if (state === 'ready' && startAt !== undefined) return badge('open', 'scheduled');
  return badge(TONES[state], state);
}

/** A name that a person has chosen: it keeps its own direction, whatever stands beside it. */
export function named(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}

/** Of a paused campaign: since when, by whom and why. Without a login, a person has no name. */
export function pauseWords(view: CampaignView, now: number): Html {
  const { by, pausedByItself, updatedAt, reason } = view;
  const who = by === undefined ? pausedByItself && ' by itself' : html` by ${named(by)}`;
  return html`${who} since ${clockAndAge(Date.parse(updatedAt), now)}: ${named(reason ?? 'no reason was given')}`;
}

/** Bytes for people: `12 KB`, `3.4 MB`. */
export function size(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1_000))} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
