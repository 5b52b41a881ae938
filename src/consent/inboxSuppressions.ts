import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Caller } from '../audit/auditCaller.js';
import { ENCODING_EXPECTED, encodingNamed } from '../campaign/import/fileText.js';
import { sidecarOf } from '../campaign/inbox/fileNames.js';
import type { FileOutcome } from '../campaign/inbox/inboxImport.js';
import { contentOf, openRegular, type Pickup } from '../campaign/inbox/pickups.js';
import type { InboxReport, ReportedProblem } from '../campaign/inbox/report.js';
import { describeRowReasons } from '../campaign/rowReasons.js';
import { isNestedTooDeeply } from '../http/jsonNesting.js';
import { schemaProblems } from '../notification/request.js';
import type { SuppressionImport } from './suppressionImport.js';
import { suppressionRequestSchema } from './suppressionRequest.js';
import type { Suppressions } from './suppressions.js';

const BY: Caller = { name: 'inbox', from: 'inbox' };
const EXAMPLE = '{"suppressions": {"reason": "List of May"}}';

/** What `NAME.json` says of the addresses in the file beside it. */
const sidecarSchema = z.strictObject({
  suppressions: suppressionRequestSchema.omit({ source: true }).extend({
    map: z.record(z.string(), z.string()).optional(),
    ignore: z.array(z.string()).optional(),
    encoding: z
      .string({ error: ENCODING_EXPECTED })
      .refine((label) => encodingNamed(label) !== undefined, ENCODING_EXPECTED)
      .optional(),
  }),
});

/** Takes the files of the inbox whose sidecar has `suppressions`; the others are campaigns. */
export function inboxSuppressions(
  suppressions: Suppressions,
): (pickup: Pickup, signal: AbortSignal) => Promise<FileOutcome> | undefined {
  return (pickup, signal) => {
    const json = parsed(pickup.sidecar ?? '');
    if (typeof json !== 'object' || json === null || !Object.hasOwn(json, 'suppressions')) {
      return undefined;
    }
    return importFile(pickup, json, suppressions, signal);
  };
}

async function importFile(
  pickup: Pickup,
  json: object,
  suppressions: Suppressions,
  signal: AbortSignal,
): Promise<FileOutcome> {
  const name = sidecarOf(pickup.name);
  const read = sidecarSchema.safeParse(json);
  if (!read.success) {
    const problems = schemaProblems(read.error).map(
      (problem): ReportedProblem => ({ where: 'sidecar', ...problem }),
    );
    return ended(
      pickup,
      'rejected',
      [`${name} has to be corrected; then drop both again. Such as`, `  ${EXAMPLE}`],
      {
        problems,
      },
    );
  }
  const opened = await openRegular(`${pickup.folder}/${pickup.name}`);
  if (!opened.ok) {
    if (opened.isGone) return { kind: 'left' };
    return ended(pickup, 'rejected', [`Nothing was imported: ${opened.because}.`]);
  }
  const { map, ignore, encoding, ...given } = read.data.suppressions;
  const { file } = opened;
  try {
    const before = await file.stat();
    const source = Readable.from(contentOf(file), { objectMode: false });
    const options = { columns: { map, ignore }, encoding, signal };
    const result = await suppressions.importFile(source, given, BY, options);
    source.destroy();
    if (signal.aborted) return { kind: 'left' };
    const after = await file.stat();
    const isSame = before.size === after.size && before.mtimeMs === after.mtimeMs;
    return isSame ? outcomeOf(pickup, result) : changedMeanwhile(pickup, result);
  } finally {
    await file.close();
  }
}

function outcomeOf(pickup: Pickup, result: SuppressionImport): FileOutcome {
  const { report } = result;
  const { rows, added, replaced, kept, rejected, rejectedBy, warnings } = report;
  const stored = `${rows} rows were taken: ${added} entries are new, ${replaced} changed, ${kept} were so already.`;
  const inFile = (problems: readonly Omit<ReportedProblem, 'where'>[]): ReportedProblem[] =>
    problems.map(({ row, column, expected }) => ({ where: 'file', row, column, expected }));
  const counts = { rows, added, replaced, kept, rejected };
  switch (result.kind) {
    case 'imported': {
      const says = [
        stored,
        ...(rejected === 0 ? [] : ['Rejected rows:']),
        ...describeRowReasons(rejectedBy).map((line) => `  ${line}`),
        ...(warnings.length === 0 ? [] : ['Left out, as it cannot be read:']),
        ...describeRowReasons(warnings).map((line) => `  ${line}`),
      ];
      const rejectedRows = inFile(report.problems);
      return ended(pickup, 'done', says, { rejectedRows, counts });
    }
    case 'unusable': {
      const says = ['The file cannot be used as it is.', `${stored} They stay.`];
      return ended(pickup, 'rejected', says, { problems: inFile(result.problems), counts });
    }
    case 'no_room':
      // No fault of the file: it is taken up again until Redis has room.
      return { kind: 'left' };
    case 'broken_off':
      throw new Error('the file could not be read to its end');
    default:
      return result satisfies never;
  }
}

function changedMeanwhile(pickup: Pickup, { report: { rows } }: SuppressionImport): FileOutcome {
  return ended(pickup, 'rejected', [
    `The file was still being written while it was read; the ${rows} rows that were taken stay.`,
    'Drop it again once it is complete. Best write it elsewhere and move it here.',
  ]);
}

function ended(
  { name }: Pickup,
  outcome: InboxReport['outcome'],
  says: string[],
  {
    problems = [],
    rejectedRows = [],
    counts,
  }: {
    problems?: ReportedProblem[];
    rejectedRows?: ReportedProblem[];
    counts?: InboxReport['suppressions'];
  } = {},
): FileOutcome {
  const rejected = rejectedRows;
  return {
    kind: 'ended',
    report: {
      file: name,
      outcome,
      says,
      problems,
      suppressions: counts,
      rejected,
      refused: rejected,
    },
  };
}

function parsed(text: string): unknown {
  if (isNestedTooDeeply(text)) return undefined;
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}
