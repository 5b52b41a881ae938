import type { FieldProblem } from '../../notification/request.js';
import { splitVariable } from '../send/options.js';

/** As the command line was written. */
export interface RunOptions {
  template?: string;
  name?: string;
  id?: string;
  channels?: string;
  var?: string[];
  history: boolean;
  format?: 'csv' | 'ndjson';
  dryRun?: boolean;
  sample?: number;
  startAt?: string;
  endAt?: string;
  yes?: boolean;
  json?: boolean;
}

/** The campaign these options ask for, not yet checked: what is wrong with it, its schema says. */
export function campaignRequestFrom(options: RunOptions): Record<string, unknown> {
  const { template, name, id, channels, endAt, history } = options;
  const variables = (options.var ?? []).map(splitVariable).filter((pair) => pair !== undefined);
  return {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(template !== undefined && { template }),
    ...(channels !== undefined && { channels: channels.split(',').map((part) => part.trim()) }),
    ...(variables.length > 0 && { variables: Object.fromEntries(variables) }),
    ...(!history && { history: { required: false } }),
    ...(endAt !== undefined && { endAt }),
  };
}

/** What the schema cannot see: options that never become a field. */
export function runOptionProblems({
  var: variables = [],
  sample,
  dryRun,
}: RunOptions): FieldProblem[] {
  const problems = variables
    .filter((text) => splitVariable(text) === undefined)
    .map(() => ({ field: '--var', expected: 'name=value' }));
  if (sample !== undefined && dryRun !== true) {
    problems.push({ field: '--sample', expected: 'to be given beside --dry-run' });
  }
  return problems;
}

const OPTION_OF_FIELD: Readonly<Record<string, string>> = {
  template: '--template',
  name: '--name',
  id: '--id',
  channels: '--channels',
  variables: '--var',
  startAt: '--start-at',
  endAt: '--end-at',
  history: '--no-history',
};

/** A field as whoever typed the command knows it. */
export function runOptionOf(field: string): string {
  return OPTION_OF_FIELD[field.split('.')[0] ?? ''] ?? field;
}

/** `spring.csv.gz` makes a campaign called spring. */
export function nameFrom(file: string): string {
  const base = file.split(/[/\\]/).at(-1) ?? '';
  const name = base.replace(/(\.(csv|tsv|txt|ndjson|jsonl|gz))+$/i, '');
  return name === '' || name === '-' ? 'standard input' : name;
}
