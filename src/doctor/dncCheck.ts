import { whyNotImportable } from '../consent/dncExport.js';
import type { DncImported } from '../consent/dncImports.js';
import { isMissingPermission } from '../genesys/accessDenied.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { type CheckResult, ok, warning } from './finding.js';
import { describeFailure, whenToTryAgain } from './permissions.js';

/** Of the lists of an organisation the first hundred are looked at. */
export const DNC_REQUESTS = 1;

const DAY_MS = 24 * 60 * 60 * 1_000;
/** What was put on a list since then is not known here. */
const OLD_AFTER_MS = 30 * DAY_MS;
const NAMED = 5;

/**
 * Which DNC lists the organisation has, and whether they were imported. The platform asks its lists for its own
 * campaigns only: what was not imported stops nothing that is sent from here.
 *
 * @param imports when each was imported last; undefined where Redis cannot say
 */
export async function checkDncLists(
  client: GenesysClient,
  imports: ReadonlyMap<string, DncImported> | undefined,
  now: number,
): Promise<CheckResult> {
  const result = await client.getDncLists(1, { lane: 'transactional' });
  if (!result.ok) {
    const { failure } = result;
    if (failure.kind === 'http' && isMissingPermission(failure)) {
      return warning(
        'dnc-lists',
        'not looked at: the OAuth client may not see them',
        "To import the people who must not be contacted, add outbound:dncList:view and outbound:dnc:view to the client's role; sending does not need it.",
      );
    }
    const detail = `not looked at: ${describeFailure(failure)}`;
    return warning('dnc-lists', detail, `${whenToTryAgain(failure)}.`);
  }
  const lists = result.data.entities.filter((list) => whyNotImportable(list) === undefined);
  if (lists.length === 0) return ok('dnc-lists', 'there are none to import');
  if (imports === undefined) return ok('dnc-lists', `${lists.length} there`);
  const nameOf = ({ id, name }: { id: string; name?: string }) => name ?? id;
  const never = lists.filter(({ id }) => !imports.has(id));
  if (never.length > 0) {
    const more = never.length > NAMED ? ', …' : '';
    const names = never.slice(0, NAMED).map(nameOf).join(', ');
    return warning(
      'dnc-lists',
      `never imported: ${names}${more} (${never.length} of ${lists.length})`,
      'Run notifier suppression import-dnc: Genesys Cloud does not ask these lists for what is sent from here.',
    );
  }
  const oldest = Math.min(...lists.map(({ id }) => imports.get(id)?.at ?? now));
  const day = new Date(oldest).toISOString().slice(0, 10);
  const detail = `${lists.length} imported, the one that was imported longest ago on ${day}`;
  if (now - oldest <= OLD_AFTER_MS) return ok('dnc-lists', detail);
  return warning(
    'dnc-lists',
    detail,
    'Run notifier suppression import-dnc again: who was put on a list since then is not known here.',
  );
}
