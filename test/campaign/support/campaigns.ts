import {
  CHUNK_ROWS,
  type ImportSummary,
  type NumberedRow,
} from '../../../src/campaign/campaign.js';
import {
  beginUpload,
  finishUpload,
  type NewCampaign,
  start,
} from '../../../src/campaign/lifecycle.js';
import type { RowStore } from '../../../src/campaign/rowStore.js';
import type { CampaignStore } from '../../../src/campaign/store.js';

export const SPRING: NewCampaign = {
  id: 'spring',
  name: 'Spring sale',
  template: 'follow-up',
  templateHash: 'hash-1',
  defaults: {},
};

export function summaryOf(rows: number, changes: Partial<ImportSummary> = {}): ImportSummary {
  return {
    rows,
    rejected: 0,
    duplicates: 0,
    ignoredColumns: [],
    addressedBy: { externalContactId: 0, email: rows, phone: 0 },
    chunks: Math.ceil(rows / CHUNK_ROWS),
    finishedAt: Date.now(),
    ...changes,
  };
}

/** As a spreadsheet counts: the first recipient is in row 2. */
export function numberedRows(count: number, emailOf = (n: number) => `row${n}@example.net`) {
  return Array.from({ length: count }, (_, at): NumberedRow => {
    return { number: at + 2, row: { recipient: { email: emailOf(at + 2) } } };
  });
}

/** Uploads rows as an import does. */
export async function upload(
  campaigns: CampaignStore,
  rows: RowStore,
  id: string,
  numbered: readonly NumberedRow[],
  found: Partial<ImportSummary> = {},
): Promise<void> {
  const token = `u${numbered.length}`;
  await campaigns.change(id, (campaign) => beginUpload(campaign, { upload: token }, Date.now()));
  const staging = rows.stage(id, token);
  for (let at = 0; at < numbered.length; at += CHUNK_ROWS) {
    staging.addRows(numbered.slice(at, at + CHUNK_ROWS));
  }
  await staging.flush();
  const uploaded = { upload: token, summary: summaryOf(numbered.length, found) };
  const end = await campaigns.change(id, (c) => finishUpload(c, uploaded, Date.now()));
  if (end?.kind !== 'imported') throw new Error(`the upload ended as ${end?.kind}`);
}

/** A campaign with rows, running. */
export async function launch(
  campaigns: CampaignStore,
  rows: RowStore,
  numbered: readonly NumberedRow[],
  changes: Partial<NewCampaign> = {},
  found: Partial<ImportSummary> = {},
): Promise<string> {
  const input = { ...SPRING, ...changes };
  await campaigns.create(input);
  await upload(campaigns, rows, input.id, numbered, found);
  const { id, templateHash } = input;
  const started = await campaigns.change(id, (c) => start(c, { templateHash }, Date.now()));
  if (started?.kind !== 'done') throw new Error('it was not started');
  return id;
}
