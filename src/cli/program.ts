import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { packageVersion } from '../ops/packageVersion.js';
import { addCampaign } from './campaign/commands.js';
import {
  DOCTOR_HELP,
  EXIT,
  type ExitCode,
  NOTIFICATION_EXIT_CODES,
  PERSON_EXIT_CODES,
  POLICY_EXIT_CODES,
  RECOVER_EXIT_CODES,
  RESOLVE_EXIT_CODES,
  SEND_EXIT_CODES,
  STATUS_EXIT_CODES,
  UNKNOWNS_EXIT_CODES,
  VERDICTS,
} from './exitCodes.js';
import type { GateOptions, PauseOptions, ResumeOptions } from './operate.js';
import { outputFor } from './output.js';
import type { PersonOptions } from './personCommand.js';
import type { PolicyOptions } from './policyCommand.js';
import { addRecords } from './recordCommands.js';
import type { RecoverCommandOptions } from './recoverCommand.js';
import type { SandboxCommandOptions } from './sandbox.js';
import type { SendOptions } from './send/options.js';
import { addSuppression } from './suppression/suppressionSubcommands.js';
import type { PreviewOptions } from './templates.js';
import type { UnknownsOptions } from './unknownsCommand.js';
import { addUser } from './user/userSubcommands.js';

/** Runs one command line. Each command is loaded only when it is used, so that help is quick. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no failure, and there is no reader left.
  process.stdout.on('error', () => process.exit());
  try {
    await buildProgram().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.invalid;
      return;
    }
    const { reportRedisFault } = await import('./deploymentCommand.js');
    const code = reportRedisFault(error, outputFor(argv.includes('--json')));
    if (code === undefined) throw error;
    process.exitCode = code;
  }
}

export function buildProgram(): Command {
  const program = new Command('notifier')
    .description('Sends customers notifications that know their last conversation.')
    .version(packageVersion(), '--version', 'print the version')
    .exitOverride()
    .showHelpAfterError('(--help says more)');
  addRoles(program);
  addSandbox(program);
  addSend(program);
  addCampaign(program, { exitWith, collect, wholeNumber });
  addOperating(program);
  addNotification(program);
  addPolicy(program);
  addUnknowns(program);
  addResolve(program);
  addDoctor(program);
  addTemplates(program);
  addSuppression(program, { exitWith, collect });
  addUser(program, exitWith);
  addPerson(program);
  addRecords(program, { exitWith, wholeNumber });
  return program;
}

const ROLES_CONFIGURED =
  '\nConfigured by environment variables; what is wrong with them is said all at once (exit code 78).\nSIGTERM or SIGINT ends it in good order within 25 s; a second one ends it at once.';

function addRoles(program: Command): void {
  const roles = [
    { name: 'api', parts: ['api'], about: 'serve the HTTP API that accepts notifications' },
    { name: 'worker', parts: ['worker'], about: 'take notifications from the queue and send them' },
    { name: 'all', parts: ['api', 'worker'], about: 'api and worker in one process' },
  ] as const;
  for (const { name, parts, about } of roles) {
    program
      .command(name)
      .description(about)
      .addHelpText('after', ROLES_CONFIGURED)
      .action(async () => {
        const { runRoles } = await import('./serve.js');
        exitWith(await runRoles(name, parts));
      });
  }
}

function addSandbox(program: Command): void {
  program
    .command('sandbox')
    .description('serve a simulated Genesys Cloud, to try everything without an account')
    .option('--port <port>', 'where to listen; 0 takes a free one', wholeNumber(0, 65_535), 8080)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option(
      '--requests-per-minute <n>',
      'the rate limit; 0 lifts it',
      wholeNumber(0, 1_000_000),
      300,
    )
    .option('--customers <n>', 'people beside the well-known ones', wholeNumber(0, 50_000), 25)
    .option('--latency-ms <ms>', 'added to every answer', wholeNumber(0, 600_000), 0)
    .addHelpText(
      'after',
      '\nControls, settings and faults: docs/sandbox.md, and GET /_sandbox/ of the sandbox.',
    )
    .action(async (options: SandboxCommandOptions) => {
      const { runSandbox } = await import('./sandbox.js');
      exitWith(await runSandbox(options));
    });
}

function addSend(program: Command): void {
  program
    .command('send')
    .description('hand over one notification, and print its id')
    .option('--to <email>', "the customer's email address")
    .option('--contact <id>', 'their external contact id in Genesys Cloud')
    .option('--phone <number>', 'their phone number')
    .option('--country <code>', 'where a number without + and country code is dialled, such as GB')
    .option('--name <name>', 'how to address them; looked up when left out')
    .option('--template <name>', 'what to send, such as follow-up')
    .option('--var <name=value>', 'a variable of the template; may be repeated', collect)
    .option('--channels <list>', 'fallback order, such as web,email')
    .option('--no-history-required', 'send even if no earlier conversation is found')
    .option('--id <id>', 'your own id: sending the same again is safe')
    .option('--send-at <time>', 'not before this time, ISO 8601')
    .option('--deadline <time>', 'not after this time, ISO 8601')
    .option('--priority <priority>', 'transactional (default) or campaign')
    .option('--wait', 'follow it to its end')
    .option('--dry-run', 'look up, render and show; send nothing, store nothing')
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', SEND_EXIT_CODES)
    .action(async (options: SendOptions) => {
      const { send } = await import('./send/send.js');
      exitWith(await send(options));
    });
}

function addOperating(program: Command): void {
  program
    .command('status')
    .description('say whether notifications flow, what is in their way, and which workers live')
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', STATUS_EXIT_CODES)
    .action(async (options: { json?: boolean }) => {
      const { deploymentStatus } = await import('./deploymentStatus.js');
      exitWith(await deploymentStatus(options));
    });
  program
    .command('pause')
    .description('stop all sending; what is accepted waits')
    .requiredOption('--reason <text>', 'why, for the readers of the status')
    .option('--json', 'answer with one JSON document')
    .action(async (options: PauseOptions) => {
      const { pauseSending } = await import('./operate.js');
      exitWith(await pauseSending(options));
    });
  program
    .command('resume')
    .description('let the sending go on')
    .option('--force', 'also after Redis went back in time, without looking for what was sent')
    .option('--json', 'answer with one JSON document')
    .action(async (options: ResumeOptions) => {
      const { resumeSending } = await import('./operate.js');
      exitWith(await resumeSending(options));
    });
  program
    .command('recover')
    .description(
      'after Redis went back in time: have looked for what may have been sent, and go on',
    )
    .option('--since <time>', 'up to when Redis knows what happened, ISO 8601; else as noticed')
    .option('--not-found <go-on|hold>', 'what becomes of what is surely not there', 'go-on')
    .option('--dry-run', 'say what would be done')
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', RECOVER_EXIT_CODES)
    .action(async (options: RecoverCommandOptions) => {
      const { recover } = await import('./recoverCommand.js');
      exitWith(await recover(options));
    });
  program
    .command('gate')
    .description('say until when and why the gate for rate limits is closed')
    .option('--open', 'open it before its time')
    .option('--json', 'answer with one JSON document')
    .action(async (options: GateOptions) => {
      const { gate } = await import('./operate.js');
      exitWith(await gate(options));
    });
}

function addPolicy(program: Command): void {
  program
    .command('policy')
    .description('what keeps messages from going out')
    .command('check')
    .description('say what policy would say to a recipient now, rule by rule; sends nothing')
    .option('--to <email>', "the customer's email address")
    .option('--contact <id>', 'their external contact id in Genesys Cloud')
    .option('--phone <number>', 'their phone number')
    .option('--country <code>', 'where a number without + and country code is dialled, such as GB')
    .option('--template <name>', 'whose default channels count where none are named')
    .option('--channels <list>', 'fallback order, such as web,email')
    .option('--priority <priority>', 'transactional (default) or campaign')
    .option('--json', 'print the answer as JSON')
    .addHelpText('after', POLICY_EXIT_CODES)
    .action(async (options: PolicyOptions) => {
      const { checkPolicy } = await import('./policyCommand.js');
      exitWith(await checkPolicy(options));
    });
}

function addResolve(program: Command): void {
  program
    .command('resolve')
    .description('decide what became of notifications that are unknown; sends nothing')
    .usage('[options] <id...> <sent|not-sent>')
    .argument('<id...>', 'of the notifications, and behind them what was seen in Genesys Cloud')
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', RESOLVE_EXIT_CODES)
    .action(async (words: string[], options: { json?: boolean }, command: Command) => {
      const outcome = VERDICTS.find((verdict) => verdict === words.at(-1));
      const ids = words.slice(0, -1);
      if (outcome === undefined || ids.length === 0) {
        command.error(`expected ids, and ${VERDICTS.join(' or ')} behind them`);
      }
      const { resolveUnknown } = await import('./operate.js');
      exitWith(await resolveUnknown(ids, outcome, options));
    });
}

function addUnknowns(program: Command): void {
  program
    .command('unknowns')
    .description('list what may or may not have been sent, and who finds it out')
    .option('--campaign <id>', 'rows of this campaign alone')
    .option('--reason <code>', 'those with this reason alone, such as timeout')
    .option('--after <place>', 'go on behind an earlier list, which names the place')
    .option('--limit <n>', 'how many at most', wholeNumber(1, 1_000), 20)
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', UNKNOWNS_EXIT_CODES)
    .action(async (options: UnknownsOptions) => {
      const { listUnknowns } = await import('./unknownsCommand.js');
      exitWith(await listUnknowns(options));
    });
}

function addNotification(program: Command): void {
  const commands = [
    {
      name: 'show',
      about: 'show a notification: where it stands, what it waits for, what happened',
      run: async (id: string, options: { json?: boolean }) =>
        (await import('./notification.js')).showNotification(id, options),
    },
    {
      name: 'retry',
      about: 'try a notification again that surely did not reach the customer',
      run: async (id: string, options: { json?: boolean }) =>
        (await import('./notification.js')).retryNotification(id, options),
    },
    {
      name: 'cancel',
      about: 'cancel a notification that has not begun to leave',
      run: async (id: string, options: { json?: boolean }) =>
        (await import('./notification.js')).cancelNotification(id, options),
    },
  ] as const;
  for (const { name, about, run } of commands) {
    program
      .command(name)
      .description(about)
      .argument('<id>', 'of the notification')
      .option('--json', 'answer with one JSON document')
      .addHelpText('after', NOTIFICATION_EXIT_CODES)
      .action(async (id: string, options: { json?: boolean }) => exitWith(await run(id, options)));
  }
}

function addPerson(program: Command): void {
  const recipient = [
    '--recipient <address>',
    'an email address, phone number or contact id of theirs; may be given several times',
    collect,
  ] as const;
  program
    .command('erase')
    .description('erase what is stored about a person, and say what is kept and why')
    .requiredOption(...recipient)
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', PERSON_EXIT_CODES)
    .action(async (options: PersonOptions) => {
      exitWith(await (await import('./personCommand.js')).erasePerson(options));
    });
  program
    .command('export')
    .description('write down as JSON what is stored about a person')
    .requiredOption(...recipient)
    .option('--out <file>', 'into a new file that only you can read; else to standard output')
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', PERSON_EXIT_CODES)
    .action(async (options: PersonOptions) => {
      exitWith(await (await import('./personCommand.js')).exportPerson(options));
    });
}

function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('look at everything this deployment needs, and say what to repair')
    .option('--json', 'answer with one JSON document')
    .option('--explore', 'also try what the documents of Genesys Cloud leave open')
    .addHelpText('after', DOCTOR_HELP)
    .action(async (options: { json?: boolean; explore?: boolean }) => {
      const { doctor } = await import('./doctorCommand.js');
      exitWith(await doctor(options));
    });
}

function addTemplates(program: Command): void {
  const templates = program
    .command('templates')
    .description('check the templates, and see them as customers do');
  templates
    .command('check')
    .description('say what is wrong with any template of a folder, and what may yet surprise')
    .argument('[folder]', 'TEMPLATES_DIR, or the templates that come with the product')
    .option('--json', 'answer with one JSON document')
    .action(async (folder: string | undefined, options: { json?: boolean }) => {
      const { checkTemplates } = await import('./templates.js');
      exitWith(await checkTemplates(folder, options));
    });
  templates
    .command('preview')
    .description('show a template as a customer gets it; sends nothing, stores nothing')
    .argument('<name>', 'such as follow-up')
    .option('--sample <n>', 'which of the made-up customers', wholeNumber(1, 1_000))
    .option('--recipient <email>', 'a real customer instead, who is looked up')
    .option('--var <name=value>', 'instead of its example; may be repeated', collect, [])
    .option('--html <file>', "write the email's HTML to this file")
    .option('--json', 'answer with one JSON document')
    .action(async (name: string, options: PreviewOptions) => {
      const { previewTemplate } = await import('./templates.js');
      exitWith(await previewTemplate(name, options));
    });
}

function exitWith(code: ExitCode): void {
  process.exitCode = code;
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}
