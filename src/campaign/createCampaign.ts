import type { FieldProblem } from '../notification/request.js';
import { type TemplateCatalogue, templateProblems } from '../templates/catalogue.js';
import { withoutRequiring } from '../templates/manifest.js';
import type { Campaign, CampaignState } from './campaign.js';
import { type CampaignRequest, campaignInput } from './campaignRequest.js';
import type { CampaignStore } from './store.js';
import { emailsWithoutLink, withoutLink } from './unsubscribeCheck.js';

/** What became of the wish for a campaign; `C` is the campaign as it is shown. */
export type Created<C> =
  | { kind: 'created' | 'existing'; campaign: C }
  | { kind: 'invalid'; problems: FieldProblem[] }
  /** `differs` names the fields in which the campaign that is there is another one. */
  | { kind: 'conflict'; id: string; state: CampaignState; differs: string[] };

interface CreationGiven {
  id: string;
  by: string | undefined;
  defaultName: string;
  /** Whether emails need a link to unsubscribe. */
  asksForLink: boolean;
}

/** Makes a campaign without rows, unless its template is unknown or lacks what it needs. */
export async function createCampaign(
  catalogue: TemplateCatalogue,
  store: Pick<CampaignStore, 'create'>,
  request: CampaignRequest,
  { id, by, defaultName, asksForLink }: CreationGiven,
): Promise<Created<Campaign>> {
  const { template } = request;
  const entry = await catalogue.find(template);
  if (entry === undefined) {
    const expected = await templateExpected(catalogue);
    return { kind: 'invalid', problems: [{ field: 'template', expected }] };
  }
  const input = campaignInput(request, { id, templateHash: entry.hash, defaultName });
  // What a template requires may stand in the rows.
  const manifest = withoutRequiring(entry.manifest, Object.keys(entry.manifest.variables));
  const problems = templateProblems(
    { recipient: {}, template, ...input.defaults },
    { ...entry, manifest },
  );
  const endless = asksForLink ? emailsWithoutLink(entry, input.defaults) : [];
  // It starts by itself, so that no one is asked later.
  if (input.startAt !== undefined && input.noUnsubscribe === undefined && endless.length > 0) {
    const expected = `a reason, since ${withoutLink(template, endless)}`;
    problems.push({ field: 'noUnsubscribe', expected });
  }
  if (problems.length > 0) return { kind: 'invalid', problems };
  const result = await store.create(input, by);
  if (result.kind !== 'conflict') return result;
  const { campaign, differs } = result;
  return { kind: 'conflict', id, state: campaign.state, differs };
}

/** The templates that there are, as what is expected of a name. */
async function templateExpected(catalogue: TemplateCatalogue): Promise<string> {
  const names = (await catalogue.names()).join(', ');
  return names === '' ? 'a template; none is known yet' : `one of ${names}`;
}
