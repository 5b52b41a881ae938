import { isDeepStrictEqual } from 'node:util';
import type { Campaign } from './campaign.js';
import type { NewCampaign } from './lifecycle.js';

/** In what a campaign is not what `input` asks for; a start or end that was moved since does not count. */
export function differencesOf(campaign: Campaign, input: NewCampaign): string[] {
  const { name, isNameDefault, template, defaults, endAt, columns } = input;
  const { acceptRejected, noUnsubscribe, prefetch } = input;
  const said = { acceptRejected, noUnsubscribe, prefetch };
  const asked = { name, template, endAt, ...said, ...columns, ...defaults };
  const there = { ...campaign.defaults, ...campaign.columns, ...campaign };
  const fields = [
    'name',
    'template',
    'channels',
    'history',
    'variables',
    'metadata',
    'endAt',
    'map',
    'ignore',
    'acceptRejected',
    'noUnsubscribe',
    'prefetch',
  ];
  return fields.filter(
    (field) =>
      !(field === 'name' && isNameDefault) &&
      !isDeepStrictEqual(asStored(there, field), asStored(asked, field)),
  );
}

/** JSON knows no `undefined` within a value. */
function asStored(values: object, field: string): unknown {
  const value = (values as Record<string, unknown>)[field];
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
