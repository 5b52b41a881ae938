import type { StepOutcome } from '../../campaign/campaigns.js';
import { readPauseReason } from '../../queue/pauseReason.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { describeCampaign } from './describeCampaign.js';
import { noSuchCampaign, refuseStep, type Session, withCampaigns } from './session.js';
import { readTime } from './time.js';

export interface StepOptions {
  json?: boolean;
}

export interface ReasonOptions extends StepOptions {
  reason?: string;
}

export interface StartOptions extends StepOptions {
  at?: string;
  acceptRejected?: boolean;
}

const NO_REASON = 'no reason was given';

export async function startCampaign(id: string, options: StartOptions): Promise<ExitCode> {
  const at = readTime(options.at);
  if (!at.ok) return refuseOption('--at', at.expected);
  return takeStep(id, options, ({ campaigns, by }) =>
    campaigns.start(id, {
      by,
      acceptRejected: options.acceptRejected === true,
      ...(at.time !== undefined && { at: at.time }),
    }),
  );
}

export async function pauseCampaign(id: string, options: ReasonOptions): Promise<ExitCode> {
  const read = readPauseReason(options.reason ?? NO_REASON);
  if (!read.ok) return refuseOption('--reason', read.expected);
  return takeStep(id, options, ({ campaigns, by }) =>
    campaigns.pause(id, { reason: read.reason, by }),
  );
}

export async function resumeCampaign(id: string, options: StepOptions): Promise<ExitCode> {
  return takeStep(id, options, ({ campaigns, by }) => campaigns.resume(id, { by }));
}

export async function cancelCampaign(id: string, options: ReasonOptions): Promise<ExitCode> {
  const read = options.reason === undefined ? undefined : readPauseReason(options.reason);
  if (read?.ok === false) return refuseOption('--reason', read.expected);
  return takeStep(id, options, ({ campaigns, by }) =>
    campaigns.cancel(id, { by, ...(read !== undefined && { reason: read.reason }) }),
  );
}

function refuseOption(option: string, expected: string): ExitCode {
  process.stderr.write(`${option}: expected ${expected}\n`);
  return EXIT.invalid;
}

async function takeStep(
  id: string,
  options: StepOptions,
  step: (session: Session) => Promise<StepOutcome | undefined>,
): Promise<ExitCode> {
  return withCampaigns(options, async (session) => {
    const result = await step(session);
    if (result === undefined) return noSuchCampaign(session, id);
    if (result.kind === 'refused') return refuseStep(session, id, result);
    const { campaign } = result;
    session.output.result(describeCampaign(campaign, session.to, Date.now()), campaign);
    return EXIT.ok;
  });
}
