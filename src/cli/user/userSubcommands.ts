import { type Command, Option } from 'commander';
import { ROLES } from '../../people/role.js';
import { type ExitCode, USER_EXIT_CODES } from '../exitCodes.js';
import type { AddOptions, FileOptions } from './userCommand.js';

/** `notifier user`: the people who may log in to the console. */
export function addUser(program: Command, exitWith: (code: ExitCode) => void): void {
  const user = program
    .command('user')
    .description('list, add and remove the people who may log in to the console');
  withCommon(user.command('add'))
    .description('add a person, or with --replace change their password and role')
    .argument('<name>', 'letters, digits, dots, _ and -; stands in the audit of what they do')
    .addOption(
      new Option('--role <role>', 'viewer sees, editor prepares, operator starts and decides')
        .choices(ROLES)
        .makeOptionMandatory(),
    )
    .option('--replace', 'the person is there already')
    .addHelpText(
      'after',
      '\nAsks for the password, twice; one line of standard input is read where there is no terminal.\nWithout a file, the entry for CONSOLE_USERS is printed.',
    )
    .action(async (name: string, options: AddOptions) => {
      const { addUser } = await import('./userCommand.js');
      exitWith(await addUser(name, options));
    });
  withCommon(user.command('list'))
    .description('list names and roles')
    .action(async (options: FileOptions) => {
      const { listUsers } = await import('./userCommand.js');
      exitWith(await listUsers(options));
    });
  withCommon(user.command('remove'))
    .description('remove a person; their sessions end within a second')
    .argument('<name>', 'as `user list` has it')
    .action(async (name: string, options: FileOptions) => {
      const { removeUser } = await import('./userCommand.js');
      exitWith(await removeUser(name, options));
    });
}

function withCommon(command: Command): Command {
  return command
    .option('--file <file>', 'the list of users, instead of the file that CONSOLE_USERS names')
    .option('--json', 'answer with one JSON document')
    .addHelpText('after', USER_EXIT_CODES);
}
