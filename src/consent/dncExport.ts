import { setTimeout as delay } from 'node:timers/promises';
import type { CallFailure, CallOptions, CallResult } from '../genesys/call.js';
import type { DownloadFailure } from '../genesys/downloadResult.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { DncExport, DncListPage } from '../genesys/resources/dncLists.js';

export type PlatformDncList = DncListPage['entities'][number];

type Client = Pick<
  GenesysClient,
  'getDncLists' | 'startDncExport' | 'getDncExport' | 'getDownloadAddress' | 'download'
>;

const OPTIONS: CallOptions = { lane: 'campaign' };
/** Of a hundred lists each. */
const MOST_PAGES = 50;

/** All DNC lists that the OAuth client may see. */
export async function allDncLists(
  client: Pick<Client, 'getDncLists'>,
  options: CallOptions = OPTIONS,
): Promise<CallResult<PlatformDncList[]>> {
  const lists: PlatformDncList[] = [];
  for (let pageNumber = 1; ; pageNumber += 1) {
    const page = await client.getDncLists(pageNumber, options);
    if (!page.ok) return page;
    const { entities, pageCount = pageNumber } = page.data;
    lists.push(...entities);
    if (entities.length === 0 || pageNumber >= Math.min(pageCount, MOST_PAGES)) {
      return { ...page, data: lists };
    }
  }
}

/** Why the entries of a list are not addresses that can be read here; undefined where they are. */
export function whyNotImportable({ dncSourceType = 'rds' }: PlatformDncList): string | undefined {
  switch (dncSourceType) {
    case 'dnc.com':
    case 'gryphon':
      return `its entries are at ${dncSourceType}, and the platform does not export them`;
    case 'rds_custom':
      return 'its entries are values of a column of contact lists, not addresses';
    default:
      return undefined;
  }
}

/** How long an export is waited for. */
export interface ExportPace {
  /** Between two looks. */
  pollMs: number;
  /** The most looks. */
  polls: number;
}

/** A million entries take the platform minutes. */
export const EXPORT_PACE: ExportPace = { pollMs: 2_000, polls: 450 };

export type DncFile =
  | { kind: 'file'; stream: AsyncIterable<Uint8Array> }
  | { kind: 'refused'; failure: CallFailure }
  | { kind: 'not_downloaded'; failure: DownloadFailure }
  /** It was not made in time. */
  | { kind: 'not_made' };

const MOST_BYTES = 4 * 1024 ** 3;
const FILE_WITHIN_MS = 30 * 60 * 1_000;

/**
 * Has the platform export a list, waits for it, and opens the file. The export before stays at its place until
 * the new one is there, so the two are known by what was there first.
 */
export async function exportedDncList(
  client: Client,
  listId: string,
  { pollMs, polls }: ExportPace,
  signal?: AbortSignal,
): Promise<DncFile> {
  const options = { ...OPTIONS, signal };
  const before = await client.getDncExport(listId, options);
  if (!before.ok && !isNotYet(before.failure)) return { kind: 'refused', failure: before.failure };
  const started = await client.startDncExport(listId, options);
  if (!started.ok) return { kind: 'refused', failure: started.failure };
  const old = before.ok ? before.data : null;
  for (let left = polls; left > 0; left -= 1) {
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
    const latest = await client.getDncExport(listId, options);
    if (!latest.ok && !isNotYet(latest.failure))
      return { kind: 'refused', failure: latest.failure };
    if (latest.ok && latest.data !== null && isNewer(latest.data, old)) {
      return open(client, latest.data, options);
    }
  }
  return { kind: 'not_made' };
}

/** Clients of the platform in the field are answered 400 as well as 404 while an export is being made. */
function isNotYet(failure: CallFailure): boolean {
  return failure.kind === 'http' && failure.status === 400;
}

function isNewer(latest: DncExport, old: DncExport | null): boolean {
  return latest.uri !== old?.uri || latest.exportTimestamp !== old.exportTimestamp;
}

/** A download of the platform asks for our token, and names a signed address that must not get it. */
const PLATFORM_DOWNLOAD = /\/api\/v2\/downloads\/([\w.-]{1,128})\/?$/;

async function open(client: Client, { uri }: DncExport, options: CallOptions): Promise<DncFile> {
  const path = URL.canParse(uri) ? new URL(uri).pathname : uri;
  const id = PLATFORM_DOWNLOAD.exec(path)?.[1];
  const address = id === undefined ? undefined : await client.getDownloadAddress(id, options);
  if (address?.ok === false) return { kind: 'refused', failure: address.failure };
  const { signal } = options;
  const bounds = { maxBytes: MOST_BYTES, timeoutMs: FILE_WITHIN_MS, signal };
  const file = await client.download(address?.data.url ?? uri, bounds);
  return file.ok
    ? { kind: 'file', stream: file.stream }
    : { kind: 'not_downloaded', failure: file.failure };
}
