import { writeFile } from 'node:fs/promises';
import { openPersonalData } from '../app/openPersonalData.js';
import { openProducer } from '../app/openProducer.js';
import { UnreadableCampaignError } from '../campaign/unreadableCampaign.js';
import { ERASED_KINDS, type ErasedKind, type ErasureReport } from '../privacy/erasureReport.js';
import { PERSON_EXPECTED, type Person } from '../privacy/person.js';
import type { PersonalData } from '../privacy/personalData.js';
import { configurationFor, reportRedisFault, untilRedisAnswers } from './deploymentCommand.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { type Output, operator, outputFor, printable } from './output.js';

export interface PersonOptions {
  recipient: string[];
  out?: string;
  json?: boolean;
}

/** Erases what is stored about a person. */
export async function erasePerson(options: PersonOptions): Promise<ExitCode> {
  return withPerson(options, async (data, person, output) => {
    const report = await data.erase(person, operator());
    output.result(describeErasure(report), report);
    return report.remains.length === 0 ? EXIT.ok : EXIT.other;
  });
}

/** Writes down what is stored about a person, as JSON. */
export async function exportPerson(options: PersonOptions): Promise<ExitCode> {
  return withPerson(options, async (data, person, output) => {
    const found = await data.export(person, operator());
    const json = `${JSON.stringify(found, undefined, 2)}\n`;
    if (options.out === undefined) {
      process.stdout.write(json);
      return EXIT.ok;
    }
    // Only its owner may read it: it holds all that is known of a person.
    await writeFile(options.out, json, { mode: 0o600, flag: 'wx' });
    output.result(`Written to ${printable(options.out)}.`, { file: options.out });
    return EXIT.ok;
  });
}

async function withPerson(
  options: PersonOptions,
  command: (data: PersonalData, person: Person, output: Output) => Promise<ExitCode>,
): Promise<ExitCode> {
  const output = outputFor(options.json === true);
  // Whether the HTTP API could start with this configuration does not matter here.
  const config = configurationFor('api', { ...process.env, API_HOST: undefined });
  if (config === undefined) return EXIT.configuration;
  const producer = openProducer(config);
  const data = openPersonalData(config, producer);
  try {
    const person = data.readPerson(options.recipient);
    if (person === undefined) {
      process.stderr.write(`--recipient: expected ${PERSON_EXPECTED}\n`);
      return EXIT.invalid;
    }
    await untilRedisAnswers(() => producer.ping());
    return await command(data, person, output);
  } catch (error) {
    if (error instanceof UnreadableCampaignError) {
      output.remark(error.message);
      output.result('', { error: 'campaign_unreadable', id: error.id, key: error.key });
      return EXIT.other;
    }
    if (isFileThere(error)) {
      process.stderr.write('--out: expected a file that is not there yet\n');
      return EXIT.invalid;
    }
    const code = reportRedisFault(error, output);
    if (code === undefined) throw error;
    return code;
  } finally {
    await producer.close();
  }
}

function isFileThere(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'EEXIST';
}

const ERASED_WORDS: Readonly<Record<ErasedKind, string>> = {
  requests: 'requests of notifications',
  campaignRows: 'rows of campaigns',
  rejectedRows: 'rejected rows of campaigns',
  queuedJobs: 'jobs in queues',
  searchEntries: 'entries of the search index',
  inboxLines: 'lines of files in the inbox',
};

function describeErasure({ erased, cancelled, sending, kept, remains }: ErasureReport): string {
  const lines = ERASED_KINDS.filter((kind) => erased[kind] > 0).map(
    (kind) => `Erased: ${erased[kind]} ${ERASED_WORDS[kind]}.`,
  );
  if (lines.length === 0) lines.push('Nothing was found.');
  if (cancelled > 0) lines.push(`Cancelled before they left: ${cancelled} notifications.`);
  if (sending > 0) lines.push(`On their way at that moment: ${sending} notifications.`);
  for (const { what, why } of kept) lines.push(`Kept: ${what}. Why: ${why}.`);
  for (const { what, todo } of remains) lines.push(`Not erased yet: ${what}. To do: ${todo}.`);
  return lines.join('\n');
}
