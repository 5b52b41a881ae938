import { pino } from 'pino';
import { genesysSettings, missing } from '../../config.js';
import { allDncLists, type PlatformDncList, whyNotImportable } from '../../consent/dncExport.js';
import type { DncImported } from '../../consent/dncImports.js';
import type { DncImport } from '../../consent/suppressions.js';
import { describeFailure } from '../../doctor/permissions.js';
import { isMissingPermission, permissionsOf } from '../../genesys/accessDenied.js';
import type { CallFailure } from '../../genesys/call.js';
import { createGenesysClient, type GenesysClient } from '../../genesys/genesysClient.js';
import { Budget } from '../../ratelimit/budget.js';
import { type Interruption, onInterruption } from '../campaign/interruption.js';
import { ImportDisplay } from '../campaign/rowsFile.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { printable } from '../output.js';
import { counted, terminal, whole } from '../terminal.js';
import {
  type GivenOptions,
  givenBy,
  invalid,
  type SuppressionSession,
  withSuppressions,
} from './suppressionSession.js';

export interface DncOptions extends GivenOptions {
  list?: boolean;
  json?: boolean;
}

/** Imports DNC lists of the platform, one after the other. */
export async function importDnc(wanted: readonly string[], options: DncOptions): Promise<ExitCode> {
  return onInterruption((interruption) =>
    withSuppressions(options, async (session) => {
      const unset = missing(session.config, 'worker').filter(({ name }) =>
        name.startsWith('GENESYS_CLOUD_'),
      );
      if (unset.length > 0) {
        session.output.remark(
          `Genesys Cloud cannot be asked: set ${unset.map(({ name }) => name).join(', ')}.`,
        );
        return EXIT.configuration;
      }
      const client = await clientOf(session);
      try {
        return await withLists(wanted, options, session, client, interruption);
      } finally {
        await client.close();
      }
    }),
  );
}

/** Its requests take their turns from the allowance that the workers have. */
function clientOf({ config, producer }: SuppressionSession): Promise<GenesysClient> {
  const log = pino({ level: 'silent' });
  const { redis, prefix } = producer.store;
  const requestsPerMinute = config.GENESYS_REQUESTS_PER_MINUTE;
  const admission = Budget.open(redis, prefix, { requestsPerMinute }, { log });
  return createGenesysClient(genesysSettings(config), { admission, log });
}

async function withLists(
  wanted: readonly string[],
  options: DncOptions,
  session: SuppressionSession,
  client: GenesysClient,
  interruption: Interruption,
): Promise<ExitCode> {
  const { output, suppressions } = session;
  const all = await allDncLists(client);
  if (!all.ok) {
    output.remark(`The DNC lists cannot be read: ${describeRefusal(all.failure)}.`);
    output.result('', { error: 'refused' });
    return EXIT.other;
  }
  const { chosen, unknown } = chosenOf(all.data, wanted);
  for (const name of unknown) output.remark(`There is no DNC list ${printable(name)}.`);
  if (unknown.length > 0) return invalid(session);
  if (options.list) {
    const imports = await suppressions.dncImports();
    const views = chosen.map((list) => ({ ...list, imported: viewOf(imports.get(list.id)) }));
    const lines = chosen.map((list) => `${nameOf(list)}  ${sayWhen(list, imports.get(list.id))}`);
    output.result(lines.join('\n') || 'There are no DNC lists.', { lists: views });
    return EXIT.ok;
  }
  const given = givenBy(options, session);
  if (given === undefined) return invalid(session);
  if (chosen.length === 0) output.progress('There are no DNC lists.');
  const results: object[] = [];
  let code: ExitCode = EXIT.ok;
  for (const list of chosen) {
    output.progress(`${nameOf(list)}: exporting …`);
    const display = options.json ? undefined : new ImportDisplay(terminal(), undefined);
    const { signal } = interruption;
    const result = await suppressions.importDncList(client, list, given, session.by, {
      signal,
      onProgress: (progress) => display?.show({ ...progress, duplicates: 0 }),
    });
    display?.end();
    if (signal.aborted) return interruption.code();
    results.push({ id: list.id, name: list.name, ...jsonOf(result) });
    output.progress(`${nameOf(list)}: ${describe(result)}`);
    // One that cannot be imported is no failure unless it was asked for by name.
    const isFine =
      result.kind === 'imported' || (result.kind === 'not_importable' && wanted.length === 0);
    if (!isFine) code = EXIT.other;
  }
  output.result('', { lists: results });
  return code;
}

function chosenOf(
  lists: readonly PlatformDncList[],
  wanted: readonly string[],
): { chosen: readonly PlatformDncList[]; unknown: string[] } {
  if (wanted.length === 0) return { chosen: lists, unknown: [] };
  const isMeant = (name: string) => (list: PlatformDncList) =>
    list.id === name || list.name === name;
  return {
    chosen: lists.filter((list) => wanted.some((name) => isMeant(name)(list))),
    unknown: wanted.filter((name) => !lists.some(isMeant(name))),
  };
}

function nameOf({ id, name }: PlatformDncList): string {
  return printable(`${name ?? id} (${id})`);
}

function sayWhen(list: PlatformDncList, imported: DncImported | undefined): string {
  const because = whyNotImportable(list);
  if (because !== undefined) return `cannot be imported: ${because}`;
  const size = list.size === undefined ? '' : `${counted(list.size, 'entry', 'entries')}, `;
  if (imported === undefined) return `${size}never imported`;
  const at = new Date(imported.at).toISOString();
  return `${size}imported ${at} (${whole(imported.rows)} rows, ${whole(imported.rejected)} rejected)`;
}

function viewOf(imported: DncImported | undefined): object | undefined {
  return imported && { ...imported, at: new Date(imported.at).toISOString() };
}

function describe(result: DncImport): string {
  switch (result.kind) {
    case 'imported': {
      const { rows, added, replaced, kept, rejected } = result.report;
      const refused = rejected === 0 ? '' : `, ${counted(rejected, 'row')} rejected`;
      return `${counted(rows, 'row')} taken, ${whole(added)} new, ${whole(replaced)} changed, ${whole(kept)} were so already${refused}.`;
    }
    case 'not_importable':
      return `not imported: ${result.because}.`;
    case 'refused':
      return `not imported: ${describeRefusal(result.failure)}.`;
    case 'not_made':
      return 'not imported: the platform has not made the export in time; try again later.';
    case 'not_downloaded':
      return `not imported: its file cannot be fetched (${result.failure.kind}); try again.`;
    case 'unusable':
      return `its file is not understood: expected ${result.problems.map(({ expected }) => expected).join('; ')}.`;
    case 'broken_off':
      return 'its file broke off; run the command again. What was stored before stays.';
    case 'no_room':
      return 'Redis has no room for more entries now; run the command again later.';
    default:
      return result satisfies never;
  }
}

function describeRefusal(failure: CallFailure): string {
  if (failure.kind !== 'http' || !isMissingPermission(failure)) return describeFailure(failure);
  const named = permissionsOf(failure) ?? 'outbound:dncList:view or outbound:dnc:view';
  return `the OAuth client lacks ${named}; add it to the client's role in Genesys Cloud`;
}

function jsonOf(result: DncImport): object {
  if (result.kind === 'imported') return result.report;
  if ('report' in result) return { error: result.kind, ...result.report };
  return { error: result.kind, detail: describe(result) };
}
