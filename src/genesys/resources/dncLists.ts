import { z } from 'zod';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { absentOrSameId, optionalId, platformId } from '../platformId.js';
import { absentAsNull } from './contacts.js';
import { optionalText } from './messages.js';

/** Genesys: the most lists of one page. */
const PAGE_SIZE = 100;

/** Genesys: DncList, as far as it is read here. */
const DncList = z.object({
  id: platformId,
  name: optionalText,
  /** rds, rds_custom, dnc.com, gryphon. */
  dncSourceType: optionalText,
  /** Phone, Email, WhatsApp, Any. */
  contactMethod: optionalText,
  size: z.number().optional().catch(undefined),
});

const DncListPage = z.object({
  entities: z.array(DncList).default([]),
  pageCount: z.number().optional().catch(undefined),
});

/** Genesys: ExportUri. */
const DncExport = z.object({
  /** An address of the platform, which asks for a token. */
  uri: z.string().min(1),
  exportTimestamp: optionalText,
});

export type DncListPage = z.infer<typeof DncListPage>;
export type DncExport = z.infer<typeof DncExport>;

/** Genesys: DomainEntityRef of the list. */
const Started = z.object({ id: optionalId }).nullish().catch(undefined);

/** Genesys: UrlResponse. */
const UrlResponse = z.object({ url: z.string().min(1) });

/** The organisation's do-not-contact lists, which the platform asks for its own campaigns only. */
export class DncLists {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** @param pageNumber counts from 1 */
  page(pageNumber: number, options: CallOptions): Promise<CallResult<DncListPage>> {
    const query = { pageSize: PAGE_SIZE, pageNumber, includeSize: true };
    return this.#caller.read('dnc-lists', options, {
      answer: DncListPage,
      run: ({ sdk }) => sdk.outbound.getOutboundDnclists(query),
    });
  }

  async startExport(listId: string, options: CallOptions): Promise<CallResult<null>> {
    const result = await this.#caller.read('dnc-export-start', options, {
      answer: Started,
      isAbout: (started) => absentOrSameId(started?.id, listId),
      run: ({ sdk }) => sdk.outbound.postOutboundDnclistExport(listId),
    });
    return result.ok ? { ...result, data: null } : result;
  }

  /** The export before stays there until a new one is made: its `exportTimestamp` tells them apart. */
  async latestExport(listId: string, options: CallOptions): Promise<CallResult<DncExport | null>> {
    return absentAsNull(
      await this.#caller.read('dnc-export', options, {
        answer: DncExport,
        run: ({ sdk }) => sdk.outbound.getOutboundDnclistExport(listId),
      }),
    );
  }

  /** The signed address behind a download, so that our token goes to the platform alone. */
  downloadAddress(downloadId: string, options: CallOptions): Promise<CallResult<{ url: string }>> {
    return this.#caller.read('download-address', options, {
      answer: UrlResponse,
      run: ({ sdk }) => sdk.downloads.getDownload(downloadId, { issueRedirect: false }),
    });
  }
}
