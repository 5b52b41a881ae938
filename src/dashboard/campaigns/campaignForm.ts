import type { CampaignView } from '../../campaign/campaignView.js';
import { CHANNELS, type Channel } from '../../notification/state.js';
import type { TemplateEntry } from '../../templates/catalogue.js';

/** What stands in the form of a new campaign, as it was written. */
export interface CampaignForm {
  name: string;
  template: string;
  /** In their order, such as `web,email`; empty for those of the deployment. */
  channels: string;
  /** Empty where the template decides. */
  history: '' | 'required' | 'optional';
  /** As the browser's field for a time has it, in UTC: `2026-11-30T18:00`. */
  endAt: string;
  prefetch: '' | 'off';
  variables: Readonly<Record<string, string>>;
}

/** Names of fields begin so where they are the template's. */
export const VARIABLE = 'variable.';

export function campaignForm(values: URLSearchParams, template: string): CampaignForm {
  const text = (name: string) => (values.get(name) ?? '').trim();
  const history = text('history');
  const given = [...values].filter(([name, value]) => name.startsWith(VARIABLE) && value !== '');
  return {
    name: text('name'),
    template,
    channels: text('channels'),
    history: history === 'required' || history === 'optional' ? history : '',
    endAt: text('endAt'),
    prefetch: text('prefetch') === 'off' ? 'off' : '',
    variables: Object.fromEntries(
      given.map(([name, value]) => [name.slice(VARIABLE.length), value]),
    ),
  };
}

/** The form that a campaign was made with, or might have been. */
export function formLike(view: CampaignView): CampaignForm {
  const { name, template, channels, history, endAt, prefetch, variables = {} } = view;
  const given = Object.entries(variables).map(([key, value]): [string, string] => [
    key,
    String(value),
  ]);
  return {
    name,
    template,
    channels: channels?.join(',') ?? '',
    history: history?.required === undefined ? '' : history.required ? 'required' : 'optional',
    endAt: endAt?.slice(0, 'yyyy-mm-ddThh:mm'.length) ?? '',
    prefetch: prefetch === 'off' ? 'off' : '',
    variables: Object.fromEntries(given),
  };
}

/** The request for a campaign that the form means. */
export function campaignRequestOf(form: CampaignForm, id: string): Record<string, unknown> {
  const { name, template, channels, history, endAt, prefetch, variables } = form;
  return {
    id,
    name: name === '' ? undefined : name,
    template,
    channels: channels === '' ? undefined : channels.split(','),
    history: history === '' ? undefined : { required: history === 'required' },
    endAt: endAt === '' ? undefined : utcTime(endAt),
    prefetch: prefetch === '' ? undefined : prefetch,
    variables: Object.keys(variables).length === 0 ? undefined : variables,
  };
}

/** What a browser's field for a time gives, as the rest of the product writes it; what is none stays as it is. */
export function utcTime(local: string): string {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(local)) return local;
  return `${local.length === 16 ? `${local}:00` : local}Z`;
}

/** Letters that are no other letter with a mark. */
const SPELLED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
};

const NAME_CHARS = 40;
const TOKEN_CHARS = 8;

/**
 * A campaign's id from its name, readable in a list of files, and from the form's token: the same form makes the
 * same campaign, however often it is sent and wherever a process dies in between.
 */
export function campaignIdOf(name: string, token: string): string {
  const words = name
    .replace(/[ßæœøłđı]/gi, (letter) => SPELLED[letter.toLowerCase()] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .slice(0, NAME_CHARS)
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
  const own = token
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, TOKEN_CHARS)
    .toLowerCase();
  return words === '' ? `campaign-${own}` : `${words}-${own}`;
}

/** Which channels to try in which order: what a person may choose for a template. */
export function channelChoices({ channels }: Pick<TemplateEntry, 'channels'>): Channel[][] {
  const own = CHANNELS.filter((channel) => channels.includes(channel));
  const pairs = own.flatMap((first) =>
    own.filter((second) => second !== first).map((second) => [first, second]),
  );
  return [...pairs, ...own.map((only) => [only])];
}
