import { userInfo } from 'node:os';
import type { Caller } from '../audit/auditCaller.js';
import type { TimelineView } from '../notification/notificationView.js';
import type { FieldProblem } from '../notification/request.js';
import { optionNameOf } from './send/options.js';

/**
 * A command line of this program that can be copied: a clone has no `notifier` on its path, and is
 * run by `npm start`.
 */
export function commandLine(args: string): string {
  const { npm_lifecycle_event: script, npm_package_name: name } = process.env;
  const isClone = script === 'start' && name === 'proactive-notifier';
  return `${isClone ? 'npm start --' : 'notifier'} ${args}`;
}

/** Who is at the keyboard. */
export function operator(): Caller {
  return { name: operatorName(), from: 'cli' };
}

/** A container may run as a user that has a number and no name. */
function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/**
 * Text of customers and templates, fit for a terminal: escape sequences in it could rewrite the
 * screen or the window's title, and direction overrides could turn a line around.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, (character) =>
    character === '\n' ? character : '',
  );
}

/**
 * Results go to standard output, remarks to standard error. With `--json`, standard output is one
 * JSON document whatever happens.
 */
export interface Output {
  /** The command's result: as text, and as JSON. */
  result(text: string, json: unknown): void;
  /** One line while the command goes on; nothing with `--json`. */
  progress(line: string): void;
  remark(line: string): void;
}

export function outputFor(json: boolean): Output {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  return {
    result: (text, document) => {
      if (json) say(JSON.stringify(document));
      else if (text !== '') say(text);
    },
    progress: (line) => {
      if (!json) say(line);
    },
    remark: (line) => process.stderr.write(`${line}\n`),
  };
}

export function refuse(output: Output, problems: readonly FieldProblem[]): void {
  output.remark('The request is not valid:');
  for (const { field, expected } of problems) {
    output.remark(`  ${optionNameOf(field)}: expected ${expected}`);
  }
  output.result('', { error: 'invalid_request', problems });
}

/** `2026-11-22T09:30:00.000Z  queued       web     rate_limited (3 times)`. */
export function timelineLine({ at, state, channel, reason, detail, count }: TimelineView): string {
  const because = [
    reason,
    detail === undefined ? undefined : `(${detail})`,
    count === undefined ? undefined : `(${count} times)`,
  ].filter((part) => part !== undefined);
  return [at, state.padEnd(11), (channel ?? '').padEnd(6), because.join(' ')].join('  ').trimEnd();
}
