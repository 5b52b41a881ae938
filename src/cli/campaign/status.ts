import { describeUnreadable } from '../../campaign/unreadableCampaign.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { describeCampaign, describeCampaigns } from './describeCampaign.js';
import { followToEnd } from './followToEnd.js';
import { onInterruption } from './interruption.js';
import { noSuchCampaign, withCampaigns } from './session.js';

export interface StatusOptions {
  follow?: boolean;
  limit: number;
  json?: boolean;
}

/** Shows one campaign, or lists them, the newest first. */
export async function campaignStatus(
  id: string | undefined,
  options: StatusOptions,
): Promise<ExitCode> {
  return withCampaigns(options, async (session) => {
    const { campaigns, output, to } = session;
    if (id === undefined) {
      const page = await campaigns.list({ limit: options.limit });
      for (const one of page.unreadable ?? []) output.remark(describeUnreadable(one));
      output.result(describeCampaigns(page.campaigns, to), page);
      return EXIT.ok;
    }
    const view = await campaigns.get(id);
    if (view === undefined) return noSuchCampaign(session, id);
    if (options.follow) return onInterruption((by) => followToEnd(session, id, by));
    output.result(describeCampaign(view, to, Date.now()), view);
    return EXIT.ok;
  });
}
