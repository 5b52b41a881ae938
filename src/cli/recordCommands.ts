import type { Command } from 'commander';
import type { AuditOptions } from './auditCommand.js';
import type { EventsOptions } from './eventsCommand.js';
import { AUDIT_EXIT_CODES, EVENTS_HELP, type ExitCode } from './exitCodes.js';

interface Helpers {
  exitWith: (code: ExitCode) => void;
  wholeNumber: (min: number, max: number) => (text: string) => number;
}

/** What the deployment has written down: who did what (`audit`), and what happened (`events`). */
export function addRecords(program: Command, helpers: Helpers): void {
  addAudit(program, helpers);
  addEvents(program, helpers);
}

function addAudit(program: Command, { exitWith, wholeNumber }: Helpers): void {
  program
    .command('audit')
    .description('show who did what, the newest first; or check that nothing of it was changed')
    .option('--who <name>', 'of a person, a key, or a user of the operating system')
    .option('--what <action>', 'such as campaign.start, or all of one kind, such as campaign')
    .option('--on <id>', 'of a notification, a campaign or a job')
    .option('--from <way>', 'page, api, cli, inbox, library, link or platform')
    .option('--address <address>', 'the network address it came from')
    .option('--since <time>', 'not before this time, ISO 8601')
    .option('--until <time>', 'not after this time, ISO 8601')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 10_000), 50)
    .option('--verify', 'read all of it, and check that no entry was changed or is missing')
    .option('--seen <n:code>', 'with an entry that was seen before, such as in a log')
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', AUDIT_EXIT_CODES)
    .action(async (options: AuditOptions) => {
      const { audit } = await import('./auditCommand.js');
      exitWith(await audit(options));
    });
}

function addEvents(program: Command, { exitWith, wholeNumber }: Helpers): void {
  program
    .command('events')
    .description('print what happened to notifications and campaigns, the oldest first')
    .option('--follow', 'go on printing what happens')
    .option('--after <cursor>', 'after this event: its id')
    .option('--types <types>', 'only these, comma separated, such as notification.sent')
    .option('--campaign <id>', 'only of this campaign and its notifications')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 100_000_000))
    .addHelpText('after', EVENTS_HELP)
    .action(async (options: EventsOptions) => {
      const { printEvents } = await import('./eventsCommand.js');
      exitWith(await printEvents(options));
    });
}
