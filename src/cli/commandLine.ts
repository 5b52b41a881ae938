/**
 * A command line of this program that can be copied: a clone has no `notifier` on its path, and is
 * run by `npm start`.
 */
export function commandLine(args: string): string {
  const { npm_lifecycle_event: script, npm_package_name: name } = process.env;
  const isClone = script === 'start' && name === 'proactive-notifier';
  return `${isClone ? 'npm start --' : 'notifier'} ${args}`;
}
