import { type Command, Option } from 'commander';
import { type ExitCode, SUPPRESSION_EXIT_CODES } from '../exitCodes.js';
import type { DncOptions } from './dncCommand.js';
import type { AddressOptions, AddSuppressionOptions } from './entryCommands.js';
import type { ExportOptions, ImportOptions } from './fileCommands.js';

/** What the commands share with all others of the program. */
interface CommandParts {
  exitWith(code: ExitCode): void;
  collect(value: string, before?: string[]): string[];
}

const CHANNELS = ['--channels <list>', 'which channels it stops; all when left out'] as const;
const REASON = ['--reason <text>', 'why, in one line without personal data'] as const;
const UNTIL = ['--until <time>', 'when it ends by itself, ISO 8601; never when left out'] as const;
const COUNTRY = [
  '--country <code>',
  'where a number without + and country code is dialled, such as GB',
] as const;

/** `notifier suppression`: addresses that are not written to. Each command is loaded only when it is used. */
export function addSuppression(program: Command, parts: CommandParts): void {
  const suppression = program
    .command('suppression')
    .description('say which addresses are not to be written to');
  addEntries(suppression, parts);
  addFiles(suppression, parts);
  addDnc(suppression, parts);
}

function addEntries(suppression: Command, { exitWith }: CommandParts): void {
  withCommon(suppression.command('add'))
    .description('write to an address no more')
    .argument('<address>', 'an email address, a phone number, or the id of a contact')
    .option(...CHANNELS)
    .option(...REASON)
    .option(...UNTIL)
    .option(...COUNTRY)
    .action(async (address: string, options: AddSuppressionOptions) => {
      const { addSuppressed } = await import('./entryCommands.js');
      exitWith(await addSuppressed(address, options));
    });
  withCommon(suppression.command('remove'))
    .description('take an address off the list; an opt-out of the person goes with it')
    .argument('<address>')
    .option(...COUNTRY)
    .action(async (address: string, options: AddressOptions) => {
      const { removeSuppressed } = await import('./entryCommands.js');
      exitWith(await removeSuppressed(address, options));
    });
  withCommon(suppression.command('show'))
    .description('say whether an address is on the list; without one, how many are')
    .argument('[address]')
    .option(...COUNTRY)
    .action(async (address: string | undefined, options: AddressOptions) => {
      const { showSuppressed } = await import('./entryCommands.js');
      exitWith(await showSuppressed(address, options));
    });
}

function addFiles(suppression: Command, { exitWith, collect }: CommandParts): void {
  withCommon(suppression.command('import'))
    .description('put the addresses of a file on the list, or what `export` has written')
    .argument('<file>', 'CSV or NDJSON, gzip or not; - is standard input')
    .option(...CHANNELS)
    .option(...REASON)
    .option(...UNTIL)
    .option(...COUNTRY)
    .addOption(new Option('--format <format>', 'of the file').choices(['csv', 'ndjson']))
    .option('--map <column=field>', 'what a column means; may be repeated', collect)
    .option('--ignore <column>', 'a column to pass over; may be repeated', collect)
    .option(
      '--encoding <name>',
      'of the file, such as windows-1252; UTF-8 and UTF-16 are found out',
    )
    .action(async (file: string, options: ImportOptions) => {
      const { importSuppressionFile } = await import('./fileCommands.js');
      exitWith(await importSuppressionFile(file, options));
    });
  withCommon(suppression.command('export'))
    .description('write the whole list as keyed hashes, for a deployment with the same secret')
    .option('--out <file>', 'standard output when left out')
    .action(async (options: ExportOptions) => {
      const { exportSuppressionList } = await import('./fileCommands.js');
      exitWith(await exportSuppressionList(options));
    });
}

function addDnc(suppression: Command, { exitWith }: CommandParts): void {
  withCommon(suppression.command('import-dnc'))
    .description('put the entries of DNC lists of Genesys Cloud on the list')
    .argument('[list...]', 'ids or names; all lists when left out')
    .option('--list', 'show the lists and when each was imported, and import nothing')
    .option(...CHANNELS)
    .option(...REASON)
    .option(...UNTIL)
    .addHelpText('after', '\nThe OAuth client needs outbound:dncList:view and outbound:dnc:view.')
    .action(async (lists: string[], options: DncOptions) => {
      const { importDnc } = await import('./dncCommand.js');
      exitWith(await importDnc(lists, options));
    });
}

function withCommon(command: Command): Command {
  return command
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', SUPPRESSION_EXIT_CODES);
}
