import { rowId } from '../../campaign/campaign.js';
import { isCampaignId } from '../../campaign/campaignRequest.js';
import type { CountryCode } from '../../notification/phoneNumber.js';
import { ADDRESS_FIELDS, readAddress } from '../../notification/recipientAddress.js';
import { isNotificationId } from '../../notification/request.js';
import type { SearchTerm } from '../../notification/searchIndex.js';
import { CHANNELS, OUTCOME_STATES } from '../../notification/state.js';
import type { SearchFilter } from '../../queue/outcomeSearch.js';

/** The filter of a page, as its URL has it; what cannot be read is named and left out. */
export interface AskedFilter {
  filter: SearchFilter;
  /** As it was written, for the form and for links to further pages. */
  written: Readonly<Record<string, string>>;
  wrong: Readonly<Partial<Record<string, string>>>;
}

const FIELDS = ['state', 'reason', 'channel', 'campaignId', 'from', 'to'] as const;

export function filterOf(query: Readonly<Record<string, unknown>>): AskedFilter {
  const written: Record<string, string> = {};
  for (const name of FIELDS) {
    const value = query[name];
    if (typeof value === 'string' && value.trim() !== '') written[name] = value.trim();
  }
  const { state, reason, channel, campaignId, from, to } = written;
  const filter: SearchFilter = {
    state: OUTCOME_STATES.find((known) => known === state),
    reason,
    channel: CHANNELS.find((known) => known === channel),
    campaignId,
    from: momentOf(from),
    to: momentOf(to),
  };
  const wrong: Record<string, string> = {};
  if (state !== undefined && filter.state === undefined) wrong['state'] = 'There is no such state.';
  if (channel !== undefined && filter.channel === undefined)
    wrong['channel'] = 'There is no such channel.';
  if (from !== undefined && filter.from === undefined) wrong['from'] = NO_TIME;
  if (to !== undefined && filter.to === undefined) wrong['to'] = NO_TIME;
  return { filter, written, wrong };
}

const NO_TIME = 'A time in UTC, such as 2026-11-22 09:30.';
const ZONE = /(?:Z|[+-]\d{2}:?\d{2})$/i;

/** A browser's field for a time has no zone: on these pages all times are UTC. */
function momentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const iso = text.replace(' ', 'T');
  const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(iso)
    ? Date.parse(ZONE.test(iso) ? iso : `${iso}Z`)
    : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Everything that one text may mean. */
export interface Leads {
  ids: string[];
  terms: SearchTerm[];
}

const CAMPAIGN_AND_ROW = /^([^\s,;#]+)(?:\s*[,;#]\s*|\s+)(?:row\s*)?(\d{1,7})$/i;

/**
 * What someone may have copied into the one field: an id, a campaign and a row, an address, or an id of
 * the platform. All that fits is looked for at once, since a UUID says nothing of what it is of.
 */
export function leadsOf(text: string, country: CountryCode | undefined): Leads {
  const asked = text.trim();
  const ids = isNotificationId(asked) ? [asked] : [];
  const [, campaignId, row] = CAMPAIGN_AND_ROW.exec(asked) ?? [];
  if (isCampaignId(campaignId) && row !== undefined) ids.push(rowId(campaignId, Number(row)));
  const terms = ADDRESS_FIELDS.flatMap((by): SearchTerm[] => {
    const read = readAddress(by, asked, country);
    return read.kind === 'address' ? [{ by, value: read.address }] : [];
  });
  if (asked !== '' && !/[\s@]/.test(asked)) {
    terms.push({ by: 'message', value: asked }, { by: 'conversation', value: asked });
  }
  return { ids, terms };
}
