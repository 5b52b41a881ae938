import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExportedFile } from '../../campaign/campaigns.js';
import type { ExportFormat } from '../../campaign/exportFormat.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { noSuchCampaign, type Session, withCampaigns } from './session.js';

export interface FileOptions {
  out?: string;
  format?: ExportFormat;
}

/** What became of every row. */
export async function campaignResults(id: string, options: FileOptions): Promise<ExitCode> {
  return withCampaigns({}, (session) =>
    write(session, id, options, (format) => session.campaigns.results(id, format)),
  );
}

/** The rows that were rejected, in a form that can be corrected and imported. */
export async function campaignRejected(id: string, options: FileOptions): Promise<ExitCode> {
  return withCampaigns({}, (session) =>
    write(session, id, options, (format) => session.campaigns.rejected(id, format)),
  );
}

async function write(
  session: Session,
  id: string,
  { out, format }: FileOptions,
  open: (format?: ExportFormat) => Promise<ExportedFile | undefined>,
): Promise<ExitCode> {
  const file = await open(format ?? formatFor(out));
  if (file === undefined) return noSuchCampaign(session, id);
  const source = Readable.from(file.text, { objectMode: false });
  if (out === undefined) {
    await pipeline(source, process.stdout, { end: false });
    return EXIT.ok;
  }
  // Under another name until it is whole, or half a file would look like a whole one.
  const part = `${out}.part`;
  try {
    await pipeline(source, createWriteStream(part));
    await rename(part, out);
  } catch (error) {
    await rm(part, { force: true });
    const { code, syscall } = error as { code?: unknown; syscall?: unknown };
    if (syscall === undefined) throw error;
    session.output.remark(`${out} cannot be written (${String(code)}).`);
    return EXIT.other;
  }
  session.output.remark(`Written to ${out}`);
  return EXIT.ok;
}

function formatFor(out = ''): ExportFormat | undefined {
  if (/\.(ndjson|jsonl)$/i.test(out)) return 'ndjson';
  return /\.csv$/i.test(out) ? 'csv' : undefined;
}
