import type { RowDefaults } from './campaign.js';
import type { CampaignRequest } from './campaignRequest.js';
import type { NewCampaign } from './lifecycle.js';

/** What is stored of a request for a campaign; `defaultName` is its name when none is given. */
export function campaignInput(
  request: CampaignRequest,
  { id, templateHash, defaultName }: { id: string; templateHash: string; defaultName: string },
): NewCampaign {
  const { name, template, startAt, endAt, id: _id, ...others } = request;
  const { map, ignore, acceptRejected, ...defaults } = others;
  const columns = { ...(map !== undefined && { map }), ...(ignore !== undefined && { ignore }) };
  return {
    id,
    ...(name === undefined
      ? { name: oneLine(defaultName) || id, isNameDefault: true as const }
      : { name }),
    template,
    templateHash,
    defaults: defaults satisfies RowDefaults,
    ...(startAt !== undefined && { startAt: Date.parse(startAt) }),
    ...(endAt !== undefined && { endAt: Date.parse(endAt) }),
    ...(Object.keys(columns).length > 0 && { columns }),
    ...(acceptRejected && { acceptRejected }),
  };
}

/** A name as one that is given has to be: files may be called anything. */
function oneLine(name: string): string {
  return name
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .slice(0, 200)
    .trim();
}
