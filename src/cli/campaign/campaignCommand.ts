import { openCampaigns, openProducer } from '../../app/openProducer.js';
import type { Caller } from '../../audit/auditCaller.js';
import type { StepRefused } from '../../campaign/campaignSteps.js';
import type { Campaigns } from '../../campaign/campaigns.js';
import { UnreadableCampaignError } from '../../campaign/unreadableCampaign.js';
import type { Config } from '../../config.js';
import { configurationFor, reportRedisFault, untilRedisAnswers } from '../deploymentCommand.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { commandLine, type Output, operator, outputFor, printable } from '../output.js';
import { type Terminal, terminal } from '../terminal.js';

/** What a campaign command works with. */
export interface CampaignSession {
  campaigns: Campaigns;
  config: Config;
  output: Output;
  /** For people; says nothing where the answer is JSON. */
  to: Terminal;
  /** Who is at the keyboard, for those who look at the campaign later. */
  by: Caller;
}

/** Runs a command on the campaigns of the deployment that the environment names. */
export async function withCampaigns(
  options: { json?: boolean },
  command: (session: CampaignSession) => Promise<ExitCode>,
): Promise<ExitCode> {
  const output = outputFor(options.json === true);
  // Whether the HTTP API could start with this configuration does not matter here.
  const config = configurationFor('api', { ...process.env, API_HOST: undefined });
  if (config === undefined) return EXIT.configuration;
  const producer = openProducer(config);
  const campaigns = openCampaigns(config, producer);
  const to = options.json === true ? SILENT : terminal();
  try {
    await untilRedisAnswers(() => producer.ping());
    return await command({ campaigns, config, output, to, by: operator() });
  } catch (error) {
    if (error instanceof UnreadableCampaignError) {
      output.remark(error.message);
      output.result('', { error: 'campaign_unreadable', id: error.id, key: error.key });
      return EXIT.other;
    }
    const code = reportRedisFault(error, output);
    if (code === undefined) throw error;
    return code;
  } finally {
    await producer.close();
  }
}

const SILENT: Terminal = {
  live: false,
  unicode: false,
  colour: false,
  columns: () => 80,
  write: () => undefined,
};

export function noSuchCampaign({ output }: CampaignSession, id: string): ExitCode {
  output.remark(
    `There is no campaign ${printable(id)}: see \`${commandLine('campaign status')}\`.`,
  );
  output.result('', { error: 'no_campaign', id });
  return EXIT.invalid;
}

/** A step that makes no sense where the campaign stands: why, and what can be done instead. */
export function refuseStep(
  { output }: CampaignSession,
  id: string,
  refused: StepRefused,
): ExitCode {
  const { state, because, possible, needs } = refused;
  output.remark(`Not done: ${because}.`);
  if (needs === 'accept-rejected') {
    output.remark(`To see why:    ${commandLine(`campaign rejected ${id} --out rejected.csv`)}`);
    output.remark(`To accept it:  ${commandLine(`campaign start ${id} --accept-rejected`)}`);
  }
  if (needs === 'no-unsubscribe') {
    const start = commandLine(`campaign start ${id} --no-unsubscribe "the reason"`);
    output.remark(`To start it so:  ${start}`);
  }
  if (possible.length > 0) output.remark(`What can be done: ${possible.join(', ')}.`);
  output.result('', {
    error: 'refused',
    id,
    state,
    because,
    possible,
    needs,
  });
  return EXIT.other;
}
