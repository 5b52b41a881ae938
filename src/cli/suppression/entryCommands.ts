import { readSuppressedAddress } from '../../consent/suppressionRequest.js';
import { type SuppressionView, suppressionView } from '../../consent/suppressionView.js';
import type { SuppressedAddress } from '../../suppression/consentIdentity.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { printable } from '../output.js';
import { whole } from '../terminal.js';
import {
  countryBy,
  type GivenOptions,
  givenBy,
  invalid,
  type SuppressionSession,
  withSuppressions,
} from './suppressionSession.js';

export interface AddressOptions {
  country?: string;
  json?: boolean;
}

export type AddSuppressionOptions = AddressOptions & GivenOptions;

/** Puts one address on the list. */
export async function addSuppressed(
  written: string,
  options: AddSuppressionOptions,
): Promise<ExitCode> {
  return withSuppressions(options, async (session) => {
    const address = addressOf(written, options, session);
    const given = givenBy(options, session);
    if (address === undefined || given === undefined) return invalid(session);
    const { suppression, before } = await session.suppressions.add(address, given, session.by);
    const view = suppressionView(suppression);
    const was = before === undefined ? undefined : suppressionView(before);
    const said = was === undefined ? 'Suppressed' : 'It was suppressed before; it is now';
    session.output.result(`${said}: ${described(view)}.`, { suppression: view, before: was });
    return EXIT.ok;
  });
}

/** Takes one address off the list. */
export async function removeSuppressed(
  written: string,
  options: AddressOptions,
): Promise<ExitCode> {
  return withSuppressions(options, async (session) => {
    const address = addressOf(written, options, session);
    if (address === undefined) return invalid(session);
    const was = await session.suppressions.remove(address, session.by);
    if (was === undefined) return notThere(session);
    const view = suppressionView(was);
    session.output.result(`Taken off the list. It was there for ${described(view)}.`, {
      was: view,
    });
    return EXIT.ok;
  });
}

/** Says whether an address is on the list, or how many are. */
export async function showSuppressed(
  written: string | undefined,
  options: AddressOptions,
): Promise<ExitCode> {
  return withSuppressions(options, async (session) => {
    const { suppressions, output } = session;
    if (written === undefined) {
      const { total, bySource } = await suppressions.summary();
      const sources = Object.entries(bySource).map(
        ([source, count]) => `${whole(count)} ${source}`,
      );
      output.result(`${whole(total)} entries: ${sources.join(', ')}.`, { total, bySource });
      return EXIT.ok;
    }
    const address = addressOf(written, options, session);
    if (address === undefined) return invalid(session);
    const suppression = await suppressions.find(address);
    if (suppression === undefined) return notThere(session);
    const view = suppressionView(suppression);
    output.result(`It is suppressed: ${described(view)}.`, view);
    return EXIT.ok;
  });
}

function addressOf(
  written: string,
  { country: code }: AddressOptions,
  session: SuppressionSession,
): SuppressedAddress | undefined {
  const country = countryBy(code, session);
  if (country === 'wrong') return undefined;
  const read = readSuppressedAddress(written, country);
  if (read.ok) return read.address;
  session.output.remark(`address: expected ${read.expected}`);
  return undefined;
}

function notThere({ output }: SuppressionSession): ExitCode {
  output.remark('It is not on the list.');
  output.result('', { error: 'no_suppression' });
  return EXIT.other;
}

/** `all channels, by cli:ann at 2026-11-22T09:40:00.000Z (person): Asked by phone`. */
function described({ channels, source, reason, author, at, until }: SuppressionView): string {
  const which = channels === 'all' ? 'all channels' : channels.join(', ');
  const end = until === undefined ? '' : ` until ${until}`;
  const why = reason === undefined ? '' : `: ${reason}`;
  return printable(`${which}${end}, by ${author} at ${at} (${source})${why}`);
}
