import type { ObstacleView } from '../queue/fleetStatusView.js';
import { commandLine } from './commandLine.js';
import { printable } from './printable.js';

const PROGRAM = /^notifier /;

/** What is in the way, and what can be done about it, each in a line. */
export function describeObstacle({
  detail,
  remedy,
  command,
}: Pick<ObstacleView, 'detail'> & Partial<Pick<ObstacleView, 'remedy' | 'command'>>): string[] {
  if (remedy === undefined) return [printable(detail)];
  const todo =
    command === undefined
      ? `${remedy}.`
      : `${remedy}: ${commandLine(command.replace(PROGRAM, ''))}`;
  return [printable(detail), `→ ${todo}`];
}
