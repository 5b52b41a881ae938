import type { ExportFormat } from '../exportFormat.js';
import { exportRejected } from '../rejected.js';
import type { RowStore } from '../rowStore.js';

/** The rows that an import has rejected, as a file that can be corrected and dropped. */
export interface RejectedFile {
  extension: ExportFormat;
  pages: AsyncIterable<string>;
}

/** Undefined when all rows were taken. It has the format in which the rows came. */
export async function rejectedFile(
  rows: Pick<RowStore, 'rejectedLayout' | 'rejected'>,
  campaignId: string,
): Promise<RejectedFile | undefined> {
  const layout = await rows.rejectedLayout(campaignId);
  if (layout === undefined) return undefined;
  const pages = exportRejected(rows, campaignId, layout.format);
  return { extension: layout.format, pages };
}
