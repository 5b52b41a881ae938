import { LANES, type Lane } from './state.js';

/** So many notifications to one recipient within any span of this length (ms). */
export interface FrequencyCap {
  places: number;
  spanMs: number;
}

/** A priority that is not named has no cap. */
export type FrequencyCaps = { readonly [Priority in Lane]?: FrequencyCap };

export const FREQUENCY_CAP_EXPECTED =
  'a number of 1 to 1000 and a span from 1m to 366d, such as 2/7d, which is for campaigns, or one for each priority: campaign:2/7d,transactional:10/1d';

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const CAP = /^(?:([a-z]+):)?(\d{1,4})\/(\d{1,5})([mhd])$/;
const MOST_PLACES = 1_000;
const LONGEST_MS = 366 * UNITS.d;

/** Reads `2/7d` or `campaign:2/7d,transactional:10/1d`; undefined for what is none. */
export function readFrequencyCaps(text: string): FrequencyCaps | undefined {
  const caps: { [Priority in Lane]?: FrequencyCap } = {};
  for (const part of text.split(',')) {
    const [, priority = 'campaign', places = '', amount = '', unit = ''] =
      CAP.exec(part.trim()) ?? [];
    const lane = LANES.find((each) => each === priority);
    const spanMs = Number(amount) * UNITS[unit as keyof typeof UNITS];
    const cap = { places: Number(places), spanMs };
    if (lane === undefined || caps[lane] !== undefined || !isSound(cap)) return undefined;
    caps[lane] = cap;
  }
  return caps;
}

function isSound({ places, spanMs }: FrequencyCap): boolean {
  return places >= 1 && places <= MOST_PLACES && spanMs >= UNITS.m && spanMs <= LONGEST_MS;
}

/** As it is written. */
export function describeFrequencyCaps(caps: FrequencyCaps): string {
  const written = LANES.flatMap((lane) => {
    const cap = caps[lane];
    return cap === undefined ? [] : [`${lane}:${cap.places}/${spanText(cap)}`];
  });
  return written.join(',');
}

/** A span with the largest unit that fits, as in `7d`. */
export function spanText({ spanMs }: Pick<FrequencyCap, 'spanMs'>): string {
  const unit = (['d', 'h'] as const).find((each) => spanMs % UNITS[each] === 0) ?? 'm';
  return `${spanMs / UNITS[unit]}${unit}`;
}
