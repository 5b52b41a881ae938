import { openConsent } from '../../app/openConsent.js';
import { openProducer } from '../../app/openProducer.js';
import type { Caller } from '../../audit/auditCaller.js';
import type { Config } from '../../config.js';
import {
  CHANNELS_EXPECTED,
  readChannels,
  readReason,
  readUntil,
  UNTIL_EXPECTED,
} from '../../consent/suppressionRequest.js';
import type { FileDefaults, Suppressions } from '../../consent/suppressions.js';
import {
  COUNTRY_EXPECTED,
  type CountryCode,
  countryOfCode,
} from '../../notification/phoneNumber.js';
import type { NotificationProducer } from '../../queue/producer.js';
import { REASON_EXPECTED } from '../../suppression/suppression.js';
import { configurationFor, reportRedisFault, untilRedisAnswers } from '../deploymentCommand.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { type Output, operator, outputFor } from '../output.js';

export interface SuppressionSession {
  suppressions: Suppressions;
  producer: NotificationProducer;
  config: Config;
  output: Output;
  by: Caller;
}

/** Runs a command on the suppression list of the deployment that the environment names. */
export async function withSuppressions(
  options: { json?: boolean },
  command: (session: SuppressionSession) => Promise<ExitCode>,
): Promise<ExitCode> {
  const output = outputFor(options.json === true);
  // Whether the HTTP API could start with this configuration does not matter here.
  const config = configurationFor('api', { ...process.env, API_HOST: undefined });
  if (config === undefined) return EXIT.configuration;
  const producer = openProducer(config);
  const suppressions = openConsent(config, producer);
  try {
    await untilRedisAnswers(() => producer.ping());
    return await command({ suppressions, producer, config, output, by: operator() });
  } catch (error) {
    const code = reportRedisFault(error, output);
    if (code === undefined) throw error;
    return code;
  } finally {
    await producer.close();
  }
}

export interface GivenOptions {
  channels?: string;
  reason?: string;
  until?: string;
}

/** What the options say of entries; undefined once everything wrong with them has been printed. */
export function givenBy(
  { channels, reason, until }: GivenOptions,
  { output, suppressions }: Pick<SuppressionSession, 'output' | 'suppressions'>,
): FileDefaults | undefined {
  const read = channels === undefined ? undefined : readChannels(channels);
  const end = until === undefined ? undefined : readUntil(until, suppressions.now());
  const wrong = [
    ...(channels !== undefined && read === undefined
      ? [`--channels: expected ${CHANNELS_EXPECTED}`]
      : []),
    ...(reason !== undefined && readReason(reason) === undefined
      ? [`--reason: expected ${REASON_EXPECTED}`]
      : []),
    ...(until !== undefined && end === undefined ? [`--until: expected ${UNTIL_EXPECTED}`] : []),
  ];
  for (const line of wrong) output.remark(line);
  if (wrong.length > 0) return undefined;
  return {
    channels: read === undefined || read === 'all' ? read : [...read],
    reason,
    until: end === undefined ? undefined : new Date(end).toISOString(),
  };
}

/** The country of an option, else of the deployment; `wrong` once it has been said what is wrong with it. */
export function countryBy(
  code: string | undefined,
  { output, suppressions }: Pick<SuppressionSession, 'output' | 'suppressions'>,
): CountryCode | undefined | 'wrong' {
  if (code === undefined) return suppressions.country;
  const country = countryOfCode(code);
  if (country !== undefined) return country;
  output.remark(`--country: expected ${COUNTRY_EXPECTED}`);
  return 'wrong';
}

/** Wrong usage, said already. */
export function invalid({ output }: Pick<SuppressionSession, 'output'>): ExitCode {
  output.result('', { error: 'invalid' });
  return EXIT.invalid;
}
